// SPDX-License-Identifier: Apache-2.0
#include "protocols/postgres/libpq_library.h"

#include <dlfcn.h>

namespace weir::postgres {
namespace {

Result<LibpqLibrary> open_library() {
  void* handle = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    return fail(ErrorCode::NotFound,
                "libpq, which PostgreSQL and Redshift need, cannot be loaded: {}; install libpq5", dlerror());
  }
  LibpqLibrary library;
#define WEIR_RESOLVE(symbol)                                                           \
  library.symbol = reinterpret_cast<decltype(library.symbol)>(dlsym(handle, #symbol)); \
  if (library.symbol == nullptr) return fail(ErrorCode::NotFound, "libpq lacks {}", #symbol);
  WEIR_LIBPQ_SYMBOLS(WEIR_RESOLVE)
#undef WEIR_RESOLVE
  return library;
}

}  // namespace

Result<const LibpqLibrary*> load_libpq() {
  static const auto library = open_library();
  if (!library.ok()) return Failure(library.error());
  return &*library;
}

const LibpqLibrary& libpq() {
  static const LibpqLibrary* library = *load_libpq();
  return *library;
}

}  // namespace weir::postgres

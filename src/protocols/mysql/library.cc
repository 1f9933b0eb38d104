// SPDX-License-Identifier: Apache-2.0
#include "protocols/mysql/library.h"

#include <dlfcn.h>

namespace weir::mysql {
namespace {

Result<MariadbLibrary> open_library() {
  void* handle = dlopen("libmariadb.so.3", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    return fail(ErrorCode::NotFound,
                "libmariadb, which MySQL and MariaDB need, cannot be loaded: {}; install libmariadb3",
                dlerror());
  }
  MariadbLibrary library;
#define WEIR_RESOLVE(symbol)                                                           \
  library.symbol = reinterpret_cast<decltype(library.symbol)>(dlsym(handle, #symbol)); \
  if (library.symbol == nullptr) return fail(ErrorCode::NotFound, "libmariadb lacks {}", #symbol);
  WEIR_MARIADB_SYMBOLS(WEIR_RESOLVE)
#undef WEIR_RESOLVE
  if (library.mysql_server_init(0, nullptr, nullptr) == 0) return library;
  return fail(ErrorCode::Internal, "libmariadb cannot start");
}

}  // namespace

Result<const MariadbLibrary*> load_mariadb() {
  static const auto library = open_library();
  if (!library.ok()) return Failure(library.error());
  return &*library;
}

const MariadbLibrary& mariadb() {
  static const MariadbLibrary* library = *load_mariadb();
  return *library;
}

}  // namespace weir::mysql

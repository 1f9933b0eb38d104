// SPDX-License-Identifier: Apache-2.0
#include "io/curl_library.h"

#include <dlfcn.h>

namespace weir::io {
namespace {

Result<CurlLibrary> open_library() {
  void* handle = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    return fail(ErrorCode::NotFound, "libcurl, which HTTP needs, cannot be loaded: {}; install libcurl4",
                dlerror());
  }
  CurlLibrary library;
#define WEIR_RESOLVE(symbol)                                                           \
  library.symbol = reinterpret_cast<decltype(library.symbol)>(dlsym(handle, #symbol)); \
  if (library.symbol == nullptr) return fail(ErrorCode::NotFound, "libcurl lacks {}", #symbol);
  WEIR_CURL_SYMBOLS(WEIR_RESOLVE)
#undef WEIR_RESOLVE
  const auto initialised = library.curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised == CURLE_OK) return library;
  return fail(ErrorCode::Internal, "libcurl cannot start: {}", library.curl_easy_strerror(initialised));
}

}  // namespace

Result<const CurlLibrary*> load_curl() {
  static const auto library = open_library();
  if (!library.ok()) return Failure(library.error());
  return &*library;
}

const CurlLibrary& curl() {
  static const CurlLibrary* library = *load_curl();
  return *library;
}

}  // namespace weir::io

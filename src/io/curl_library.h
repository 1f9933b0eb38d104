// SPDX-License-Identifier: Apache-2.0
// libcurl's functions, found when the first HTTP client is opened. Linking them would cost every
// command the time that loading libcurl's thirty libraries takes. Only curl_http_client.cc uses it.
#pragma once

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include "base/result.h"

// Every function of libcurl that is called.
#define WEIR_CURL_SYMBOLS(X) \
  X(curl_easy_cleanup)       \
  X(curl_easy_getinfo)       \
  X(curl_easy_init)          \
  X(curl_easy_perform)       \
  X(curl_easy_reset)         \
  X(curl_easy_setopt)        \
  X(curl_easy_strerror)      \
  X(curl_getdate)            \
  X(curl_global_init)        \
  X(curl_slist_append)       \
  X(curl_slist_free_all)

namespace weir::io {

struct CurlLibrary {
#define WEIR_DECLARE(symbol) decltype(&::symbol) symbol = nullptr;
  WEIR_CURL_SYMBOLS(WEIR_DECLARE)
#undef WEIR_DECLARE
};

/// Loads and initialises libcurl once.
Result<const CurlLibrary*> load_curl();
/// The loaded library; load_curl() has succeeded before.
const CurlLibrary& curl();

}  // namespace weir::io

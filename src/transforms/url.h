// SPDX-License-Identifier: Apache-2.0
// Splits a URL as the original pipelines did, by the rules of RFC 3986's generic syntax. Used by
// parse_url. Pure; never fails, whatever the bytes.
#pragma once

#include <string>
#include <string_view>

namespace weir::transforms {

/// Parts of a URL; a part that is absent is empty. The fragment, and parameters after a semicolon
/// in the last segment of the path, are left out.
struct UrlParts {
  std::string_view scheme;  ///< lower case
  std::string_view netloc;
  std::string_view path;
  std::string_view query;
};

/// The parts point into `url` or into `scratch`, which must outlive them. Leading blanks and
/// control characters, and tabs and line ends anywhere, are not part of a URL. Brackets around an
/// address and percent escapes are taken as they are.
UrlParts split_url(std::string_view url, std::string& scratch);

}  // namespace weir::transforms

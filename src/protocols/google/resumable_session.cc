// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/resumable_session.h"

#include <charconv>

namespace weir::google {

Result<std::uint64_t> kept_bytes(const io::HttpResponse& answer) {
  constexpr std::string_view kStart = "bytes=0-";
  const auto range = answer.header("Range");
  if (!range) return 0U;
  std::uint64_t last = 0;
  if (range->substr(0, kStart.size()) == kStart) {
    const char* end = range->data() + range->size();
    const auto [stop, error] = std::from_chars(range->data() + kStart.size(), end, last);
    if (error == std::errc() && stop == end) return last + 1;
  }
  return fail(ErrorCode::DataMismatch, "an upload is told to go on at '{}', which is no range", *range);
}

Result<Secret> session_of(const io::HttpResponse& answer, const std::string& endpoint) {
  const std::string location(answer.header("Location").value_or(""));
  if (location.empty()) {
    return fail(ErrorCode::DataMismatch, "the server began an upload without saying where it goes");
  }
  const std::size_t scheme = location.find("://");
  if (scheme == std::string::npos) return Secret(endpoint + location);
  const std::size_t path = location.find('/', scheme + 3);
  return Secret(path == std::string::npos ? endpoint : endpoint + location.substr(path));
}

}  // namespace weir::google

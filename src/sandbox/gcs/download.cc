// SPDX-License-Identifier: Apache-2.0
#include "sandbox/gcs/download.h"

#include <algorithm>

#include "protocols/google/json_value.h"

namespace weir::sandbox::gcs {
namespace {

struct Range {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

std::optional<std::uint64_t> number(const std::string& text) { return google::number_of({{"n", text}}, "n"); }

/// "bytes=0-99", "bytes=100-", "bytes=-50"; nothing for anything else, which RFC 9110 lets a server
/// ignore. A length of 0 means that the range lies behind the end.
std::optional<Range> parse_range(const std::string& header, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  const std::size_t dash = header.find('-');
  if (header.rfind(kUnit, 0) != 0 || dash == std::string::npos) return std::nullopt;
  const std::string first_text = header.substr(kUnit.size(), dash - kUnit.size());
  const std::string last_text = header.substr(dash + 1);
  const auto first = number(first_text);
  const auto last = number(last_text);
  if ((!first && !first_text.empty()) || (!last && !last_text.empty()) || (!first && !last))
    return std::nullopt;
  if (!first) return Range{size - std::min(size, *last), std::min(size, *last)};
  if (*first >= size) return Range{*first, 0};
  if (last && *last < *first) return std::nullopt;
  return Range{*first, std::min(last.value_or(size - 1), size - 1) - *first + 1};
}

std::vector<std::pair<std::string, std::string>> headers_of(const Json& resource) {
  const auto text = [&resource](const char* key) { return google::text_of(resource, key); };
  const std::string encoding = text("contentEncoding");
  std::vector<std::pair<std::string, std::string>> headers = {
      {"X-Goog-Generation", text("generation")},
      {"X-Goog-Metageneration", text("metageneration")},
      {"X-Goog-Stored-Content-Length", text("size")},
      {"X-Goog-Stored-Content-Encoding", encoding.empty() ? "identity" : encoding},
      {"X-Goog-Hash", "crc32c=" + text("crc32c") + ",md5=" + text("md5Hash")},
      {"X-Goog-Storage-Class", text("storageClass")},
      {"ETag", text("etag")},
      {"Accept-Ranges", "bytes"}};
  if (!encoding.empty()) headers.emplace_back("Content-Encoding", encoding);
  return headers;
}

}  // namespace

Answer download(const Object& object, const Request& request) {
  const std::uint64_t size = object.bytes->size();
  Answer answer{.headers = headers_of(object.resource),
                .content_type = google::text_of(object.resource, "contentType")};
  Range range{0, size};
  if (const auto wanted = request.header("range")) {
    const auto parsed = parse_range(*wanted, size);
    if (parsed && parsed->length == 0) {
      return {.status = 416,
              .headers = {{"Content-Range", fmt::format("bytes */{}", size)}},
              .content_type = "text/html; charset=UTF-8",
              .body = "Request range not satisfiable"};
    }
    if (parsed) {
      range = *parsed;
      answer.status = 206;
      answer.headers.emplace_back("Content-Range", fmt::format("bytes {}-{}/{}", range.offset,
                                                               range.offset + range.length - 1, size));
    }
  }
  answer.content_size = range.length;
  answer.content = [bytes = object.bytes, start = range.offset](std::uint64_t offset, std::size_t length) {
    return bytes->read(start + offset, length);
  };
  return answer;
}

}  // namespace weir::sandbox::gcs

// SPDX-License-Identifier: Apache-2.0
#include "sandbox/gcs/download.h"

#include "protocols/google/json_value.h"
#include "sandbox/objects/byte_range.h"

namespace weir::sandbox::gcs {
namespace {

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
  objects::ByteRange range{0, size};
  if (const auto wanted = request.header("range")) {
    const auto parsed = objects::parse_range(*wanted, size);
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

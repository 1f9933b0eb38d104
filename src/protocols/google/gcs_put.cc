// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/gcs_put.h"

#include "protocols/google/encoding.h"
#include "protocols/google/json_value.h"

namespace weir::google {
namespace {

/// A line that does not occur in the bytes.
std::string boundary_for(const std::string& bytes) {
  for (int number = 0;; ++number) {
    std::string boundary = fmt::format("weir-part-{}-of-an-upload", number);
    if (bytes.find(boundary) == std::string::npos) return boundary;
  }
}

}  // namespace

io::HttpRequest put_request(const GcsBucket& bucket, const std::string& key, std::string bytes,
                            const io::PutOptions& options) {
  Query query = {{"uploadType", "multipart"}};
  add_precondition(query, options.precondition);
  io::HttpRequest request = request_to(bucket, "/upload/storage/v1" + object_path(bucket, ""), query);
  request.method = "POST";
  // A second time writes the same bytes; with a precondition it is refused, which put() looks into.
  request.repeat = io::Repeat::Always;
  const std::string boundary = boundary_for(bytes);
  const nlohmann::json resource = {
      {"name", key}, {"contentType", options.content_type}, {"crc32c", crc32c(bytes)}};
  request.headers = {{"Content-Type", "multipart/related; boundary=" + boundary}};
  request.body = std::move(bytes);
  request.body.insert(0, fmt::format("--{0}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{1}\r\n"
                                     "--{0}\r\nContent-Type: {2}\r\n\r\n",
                                     boundary, dump_json(resource), options.content_type));
  request.body += "\r\n--" + boundary + "--\r\n";
  return request;
}

Result<void> check_stored(const StoredObject& stored, const Content& content) {
  if (stored.info.size == content.size && stored.crc32c == content.crc32c) return {};
  return fail(ErrorCode::DataMismatch,
              "the storage server holds {} bytes with the checksum {}, but {} bytes with {} were sent",
              stored.info.size, stored.crc32c, content.size, content.crc32c);
}

}  // namespace weir::google

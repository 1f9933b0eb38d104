// SPDX-License-Identifier: Apache-2.0
#include <pugixml.hpp>

#include "base/text.h"
#include "sandbox/s3/requests.h"

namespace weir::sandbox::s3 {
namespace {

constexpr int kMostParts = 10'000;
constexpr std::uint64_t kLargestPart = std::uint64_t{5} << 30;

Refusal malformed_xml() {
  return {400, "MalformedXML",
          "The XML you provided was not well-formed or did not validate against our published schema"};
}

/// The checksum that the object is to have, from x-amz-checksum-algorithm and x-amz-checksum-type.
void choose_checksum(const Request& request, Upload& upload) {
  const auto name = request.header("x-amz-checksum-algorithm");
  const auto type = request.header("x-amz-checksum-type");
  if (!name) return;
  upload.algorithm = checksum_of("x-amz-checksum-" + lower(*name));
  if (!upload.algorithm) {
    throw Refusal{400, "InvalidRequest", "Checksum algorithm provided is unsupported."};
  }
  const bool is_hash = *upload.algorithm == Algorithm::Sha1 || *upload.algorithm == Algorithm::Sha256;
  const bool is_usually_full = *upload.algorithm == Algorithm::Crc64nvme;
  const std::string wanted = type.value_or(is_usually_full ? "FULL_OBJECT" : "COMPOSITE");
  if ((wanted != "FULL_OBJECT" && wanted != "COMPOSITE") || (wanted == "FULL_OBJECT" && is_hash) ||
      (wanted == "COMPOSITE" && is_usually_full)) {
    throw Refusal{
        400, "InvalidRequest",
        "The " + wanted + " checksum type cannot be used with the " + *name + " checksum algorithm."};
  }
  upload.checksum_type = wanted == "FULL_OBJECT" ? Checksums::Type::FullObject : Checksums::Type::Composite;
}

std::vector<ClaimedPart> read_parts(const std::string& body) {
  pugi::xml_document document;
  const bool is_read = document.load_buffer(body.data(), body.size());
  const pugi::xml_node root = document.child("CompleteMultipartUpload");
  if (!is_read || !root) throw malformed_xml();
  std::vector<ClaimedPart> parts;
  for (const pugi::xml_node& node : root.children("Part")) {
    ClaimedPart part{node.child("PartNumber").text().as_int(), bare_etag(node.child_value("ETag")), {}};
    if (part.number < 1 || part.number > kMostParts || part.etag.empty()) throw malformed_xml();
    for (const Algorithm algorithm :
         {Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64nvme, Algorithm::Sha1, Algorithm::Sha256}) {
      const std::string value = node.child_value(checksum_element(algorithm).c_str());
      if (!value.empty()) part.checksums[algorithm] = value;
    }
    parts.push_back(std::move(part));
  }
  if (parts.empty()) throw malformed_xml();
  return parts;
}

}  // namespace

int part_number(const Call& call) {
  const auto number = call.number("partNumber", 0, 0x7fffffff);
  if (number >= 1 && number <= kMostParts) return static_cast<int>(number);
  throw Refusal{400,
                "InvalidArgument",
                "Part number must be an integer between 1 and 10000, inclusive",
                {{"ArgumentName", "partNumber"}, {"ArgumentValue", call.parameter("partNumber")}}};
}

Answer begin_upload(const Store& store, Uploads& uploads, const Call& call) {
  check_known(call, {"uploads"}, {kWritingHeaders, {"x-amz-checksum-algorithm", "x-amz-checksum-type"}});
  store.check_put(call.at, {});
  Upload upload{.at = call.at, .properties = properties_of(call.request)};
  choose_checksum(call.request, upload);
  const Properties properties = upload.properties;
  Xml xml("InitiateMultipartUploadResult");
  xml.text("Bucket", call.at.bucket);
  xml.text("Key", call.at.key);
  xml.text("UploadId", uploads.begin(std::move(upload)));
  Answer answer = std::move(xml).answer();
  add_encryption(properties, answer);
  return answer;
}

Answer put_part(Store& store, Uploads& uploads, const Call& call) {
  check_known(call, {"partNumber", "uploadId"});
  const int number = part_number(call);
  const std::string id = call.parameter("uploadId");
  (void)uploads.find(call.at, id);
  const auto size = call.payload.announced();
  if (!size) throw Refusal{411, "MissingContentLength", "You must provide the Content-Length HTTP header."};
  if (*size > kLargestPart) {
    throw Refusal{400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size"};
  }
  const auto writer = store.writer();
  writer->expect(*size);
  Part part{.bytes = {}, .md5 = call.payload.read_into(*writer)};
  part.bytes = store.keep(*writer);
  part.checksums = call.payload.checksums();
  Answer answer{.headers = {{"ETag", "\"" + part.etag() + "\""}}};
  for (const auto& [algorithm, value] : part.checksums) {
    answer.headers.emplace_back(checksum_header(algorithm), value);
  }
  uploads.add(call.at, id, number, std::move(part));
  return answer;
}

Answer complete_upload(const Store& store, Uploads& uploads, const Call& call) {
  check_known(call, {"uploadId"}, {{"x-amz-checksum-type"}});
  const std::string body = call.payload.all();
  (void)store.bucket(call.at.bucket);
  const WriteCondition condition = WriteCondition::of(call.request);
  const std::vector<ClaimedPart> parts = read_parts(body);
  (void)uploads.find(call.at, call.parameter("uploadId"));
  return answer_late(call, [&] {
    const ObjectPointer made = uploads.complete(call.at, call.parameter("uploadId"), parts, condition);
    Xml xml("CompleteMultipartUploadResult");
    xml.text("Location", call.request.base_url + call.request.path);
    xml.text("Bucket", call.at.bucket);
    xml.text("Key", call.at.key);
    xml.text("ETag", "\"" + made->etag + "\"");
    for (const auto& [algorithm, value] : made->checksums.values)
      xml.text(checksum_element(algorithm), value);
    Answer answer = std::move(xml).answer();
    add_encryption(made->properties, answer);
    return answer;
  });
}

Answer abort_upload(const Store& store, Uploads& uploads, const Call& call) {
  check_known(call, {"uploadId"});
  (void)store.bucket(call.at.bucket);
  uploads.abort(call.at, call.parameter("uploadId"));
  return {.status = 204};
}

}  // namespace weir::sandbox::s3

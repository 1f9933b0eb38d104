// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <pugixml.hpp>

#include "protocols/google/encoding.h"
#include "sandbox/http/faults.h"
#include "sandbox/objects/byte_range.h"
#include "sandbox/s3/instant.h"
#include "sandbox/s3/requests.h"

namespace weir::sandbox::s3 {
namespace {

constexpr std::size_t kReadPiece = 1U << 20;
constexpr std::size_t kMostKeys = 1000;
constexpr std::uint64_t kLargestPut = std::uint64_t{5} << 30;

/// Parameters of a GET that replace headers of the answer.
constexpr std::array<std::pair<const char*, const char*>, 6> kReplaced = {
    {{"response-content-type", "content-type"},
     {"response-content-language", "content-language"},
     {"response-content-disposition", "content-disposition"},
     {"response-content-encoding", "content-encoding"},
     {"response-cache-control", "cache-control"},
     {"response-expires", "expires"}}};

/// Whoever brings no checksum gets one of S3's own.
Checksums told_checksums(const Object& object) {
  if (!object.checksums.values.empty()) return object.checksums;
  Digest digest(Algorithm::Crc64nvme);
  for (std::uint64_t offset = 0; offset < object.bytes->size(); offset += kReadPiece) {
    digest.add(object.bytes->read(offset, kReadPiece));
  }
  return {{{Algorithm::Crc64nvme, google::base64(digest.finish())}}, Checksums::Type::FullObject};
}

void add_checksums(const Object& object, Answer& answer) {
  const Checksums checksums = told_checksums(object);
  for (const auto& [algorithm, value] : checksums.values) {
    answer.headers.emplace_back(checksum_header(algorithm), value);
  }
  answer.headers.emplace_back("x-amz-checksum-type",
                              checksums.type == Checksums::Type::Composite ? "COMPOSITE" : "FULL_OBJECT");
}

Answer described(const Object& object, const Request& request) {
  Answer answer{.headers = {{"ETag", "\"" + object.etag + "\""},
                            {"Last-Modified", http_time(object.modified)},
                            {"Accept-Ranges", "bytes"}}};
  Properties properties = object.properties;
  for (const auto& [parameter, header] : kReplaced) {
    if (const auto value = request.parameter(parameter)) properties[header] = *value;
  }
  answer.content_type = properties["content-type"];
  properties.erase("content-type");
  for (const auto& [name, value] : properties) answer.headers.emplace_back(name, value);
  return answer;
}

void check_readable(const Object& object) {
  const std::string storage = object.storage_class();
  if (storage != "GLACIER" && storage != "DEEP_ARCHIVE") return;
  throw Refusal{403,
                "InvalidObjectState",
                "The operation is not valid for the object's storage class",
                {{"StorageClass", storage}}};
}

objects::ByteRange range_of(const Request& request, const Object& object, Answer& answer) {
  const std::uint64_t size = object.bytes->size();
  const auto header = request.header("range");
  const auto range = header ? objects::parse_range(*header, size) : std::nullopt;
  if (!range) return {0, size};
  if (range->length == 0) {
    throw Refusal{416,
                  "InvalidRange",
                  "The requested range is not satisfiable",
                  {{"RangeRequested", *header}, {"ActualObjectSize", std::to_string(size)}}};
  }
  answer.status = 206;
  answer.headers.emplace_back(
      "Content-Range", fmt::format("bytes {}-{}/{}", range->offset, range->offset + range->length - 1, size));
  return *range;
}

}  // namespace

Answer get_object(const Store& store, const Call& call) {
  check_known(
      call,
      {"versionId", "response-content-type", "response-content-language", "response-content-disposition",
       "response-content-encoding", "response-cache-control", "response-expires"},
      {{"x-amz-checksum-mode"}});
  check_version(call.parameter("versionId"));
  const ObjectPointer object = store.get(call.at);
  Answer answer = described(*object, call.request);
  answer.status = ReadConditions::of(call.request).status(object->etag, object->modified);
  if (answer.status == 304) return answer;
  if (answer.status == 412) {
    throw Refusal{412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"};
  }
  if (call.request.method == "GET") check_readable(*object);
  const objects::ByteRange range = range_of(call.request, *object, answer);
  const bool is_whole = range.length == object->bytes->size();
  if (is_whole && call.request.header("x-amz-checksum-mode") == "ENABLED") add_checksums(*object, answer);
  answer.content_size = range.length;
  answer.content = [bytes = object->bytes, start = range.offset](std::uint64_t offset, std::size_t length) {
    return bytes->read(start + offset, length);
  };
  return answer;
}

Answer put_object(Store& store, const Call& call) {
  check_known(call, {}, {kWritingHeaders});
  const auto size = call.payload.announced();
  if (!size) throw Refusal{411, "MissingContentLength", "You must provide the Content-Length HTTP header."};
  if (*size > kLargestPut) {
    throw Refusal{400,
                  "EntityTooLarge",
                  "Your proposed upload exceeds the maximum allowed size",
                  {{"ProposedSize", std::to_string(*size)}, {"MaxSizeAllowed", std::to_string(kLargestPut)}}};
  }
  const WriteCondition condition = WriteCondition::of(call.request);
  Object object{.key = call.at.key, .properties = properties_of(call.request)};
  store.check_put(call.at, condition);
  const auto writer = store.writer();
  writer->expect(*size);
  object.etag = hex(call.payload.read_into(*writer));
  // What KMS encrypts has an ETag that is no MD5 of anything that a client knows.
  const auto encryption = object.properties.find("x-amz-server-side-encryption");
  if (encryption != object.properties.end() && encryption->second == "aws:kms") {
    object.etag = hex(digest(Algorithm::Md5, "kms " + object.etag));
  }
  object.checksums.values = call.payload.checksums();
  object.bytes = store.keep(*writer);
  const objects::BlobPointer bytes = object.bytes;
  ObjectPointer made;
  try {
    made = store.put(call.at.bucket, std::move(object), condition);
  } catch (const Refusal&) {
    bytes->discard();
    throw;
  }
  Answer answer{.headers = {{"ETag", "\"" + made->etag + "\""}}};
  for (const auto& [algorithm, value] : made->checksums.values) {
    answer.headers.emplace_back(checksum_header(algorithm), value);
  }
  add_encryption(made->properties, answer);
  return answer;
}

Answer remove_object(Store& store, const Call& call) {
  check_known(call, {"versionId"});
  check_version(call.parameter("versionId"));
  if (call.request.header("if-match")) throw not_implemented("If-Match");
  store.remove(call.at);
  return {.status = 204};
}

Answer remove_objects(Store& store, const Call& call) {
  check_known(call, {"delete"});
  if (!call.payload.has_checksum()) {
    throw Refusal{400, "InvalidRequest",
                  "Missing required header for this request: Content-MD5 OR x-amz-checksum-*"};
  }
  const std::string body = call.payload.all();
  (void)store.bucket(call.at.bucket);
  pugi::xml_document document;
  const bool is_read = document.load_buffer(body.data(), body.size());
  const pugi::xml_node root = document.child("Delete");
  const auto objects = root.children("Object");
  const auto count = static_cast<std::size_t>(std::distance(objects.begin(), objects.end()));
  if (!is_read || !root || count == 0 || count > kMostKeys) {
    throw Refusal{
        400, "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema"};
  }
  const bool is_quiet = std::string_view(root.child_value("Quiet")) == "true";
  const Fault* fault = call.request.fault;
  const bool is_ordered = fault != nullptr && fault->action == FaultAction::InnerError;
  Xml xml("DeleteResult");
  for (const pugi::xml_node& node : objects) {
    const std::string key = node.child_value("Key");
    const bool is_version =
        node.child("VersionId") && std::string_view(node.child_value("VersionId")) != "null";
    if (is_ordered || is_version) {
      const std::string reason = is_version ? "NoSuchVersion" : fault->reason;
      xml.open("Error");
      xml.text("Key", key);
      xml.text("Code", reason.empty() ? "InternalError" : reason);
      xml.text("Message",
               is_version ? "The specified version does not exist." : "The sandbox was told to fail.");
      xml.close("Error");
      continue;
    }
    store.remove({call.at.bucket, key});
    if (is_quiet) continue;
    xml.open("Deleted");
    xml.text("Key", key);
    xml.close("Deleted");
  }
  return std::move(xml).answer();
}

}  // namespace weir::sandbox::s3

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>

#include "protocols/google/encoding.h"
#include "sandbox/objects/paging.h"
#include "sandbox/s3/instant.h"
#include "sandbox/s3/requests.h"

namespace weir::sandbox::s3 {
namespace {

constexpr std::uint64_t kLargestPage = 1000;
constexpr std::uint64_t kLargestNumber = 0x7fffffff;

/// A continuation token holds the key that the next page begins with; a mark shows that it is ours.
constexpr std::string_view kMark = "next:";

std::string start_of_page(const Call& call) {
  const auto token = call.request.parameter("continuation-token");
  if (!token) return {};
  const auto text = google::from_base64_url(*token);
  if (text && text->starts_with(kMark)) return text->substr(kMark.size());
  throw Refusal{400,
                "InvalidArgument",
                "The continuation token provided is incorrect",
                {{"ArgumentName", "continuation-token"}}};
}

/// How a listing writes keys: as they are, or as forms do, with '+' for a blank.
class KeyForm {
 public:
  explicit KeyForm(const Call& call) {
    const std::string type = call.parameter("encoding-type");
    if (!type.empty() && type != "url") {
      throw Refusal{400,
                    "InvalidArgument",
                    "Invalid Encoding Method specified in Request",
                    {{"ArgumentName", "encoding-type"}, {"ArgumentValue", type}}};
    }
    is_url_ = !type.empty();
  }

  std::string write(const std::string& key) const {
    if (!is_url_) return key;
    std::string text;
    for (const char c : key) text += c == ' ' ? "+" : percent_encode({&c, 1}, Slash::Encode);
    return text;
  }
  void add_to(Xml& xml) const {
    if (is_url_) xml.text("EncodingType", "url");
  }

 private:
  bool is_url_ = false;
};

void add_object(Xml& xml, const Object& object, const KeyForm& form, bool with_owner) {
  xml.open("Contents");
  xml.text("Key", form.write(object.key));
  xml.text("LastModified", xml_time(object.modified));
  xml.text("ETag", "\"" + object.etag + "\"");
  xml.number("Size", object.bytes->size());
  if (with_owner) {
    xml.open("Owner");
    xml.text("ID", "sandbox");
    xml.close("Owner");
  }
  xml.text("StorageClass", object.storage_class());
  xml.close("Contents");
}

void add_parameter(Xml& xml, const Call& call, const char* element, const char* parameter,
                   const KeyForm& form) {
  if (call.has(parameter)) xml.text(element, form.write(call.parameter(parameter)));
}

}  // namespace

Answer list_objects(const Store& store, const Call& call) {
  check_known(call, {"list-type", "prefix", "delimiter", "max-keys", "continuation-token", "start-after",
                     "encoding-type", "fetch-owner"});
  if (call.parameter("list-type") != "2") throw not_implemented("list-type");
  const KeyForm form(call);
  const std::string prefix = call.parameter("prefix");
  const std::uint64_t most = call.number("max-keys", kLargestPage, kLargestNumber);
  objects::Paging page({prefix, call.parameter("delimiter")}, std::min(most, kLargestPage));
  const std::string after = call.parameter("start-after");
  const std::string behind = after.empty() ? after : after + '\0';
  const std::string from = std::max({prefix, call.has("continuation-token") ? start_of_page(call) : behind});
  Xml xml("ListBucketResult");
  xml.text("Name", call.at.bucket);
  xml.text("Prefix", form.write(prefix));
  add_parameter(xml, call, "Delimiter", "delimiter", form);
  add_parameter(xml, call, "StartAfter", "start-after", form);
  add_parameter(xml, call, "ContinuationToken", "continuation-token", KeyForm(call));
  xml.number("MaxKeys", most);
  form.add_to(xml);
  std::uint64_t shown = 0;
  const bool with_owner = call.parameter("fetch-owner") == "true";
  store.walk(call.at.bucket, from, [&](const Object& object) {
    const auto verdict = page.judge(object.key);
    if (verdict == objects::Paging::Verdict::Show) {
      add_object(xml, object, form, with_owner);
      ++shown;
    }
    return verdict != objects::Paging::Verdict::Stop;
  });
  for (const std::string& common : page.prefixes()) {
    xml.open("CommonPrefixes");
    xml.text("Prefix", form.write(common));
    xml.close("CommonPrefixes");
  }
  xml.number("KeyCount", shown + page.prefixes().size());
  const bool is_truncated = !page.next().empty() && most > 0;
  xml.text("IsTruncated", is_truncated ? "true" : "false");
  if (is_truncated) {
    xml.text("NextContinuationToken", google::base64_url(std::string(kMark) + page.next()));
  }
  return std::move(xml).answer();
}

Answer list_uploads(const Store& store, const Uploads& uploads, const Call& call) {
  check_known(call, {"uploads", "prefix", "key-marker", "upload-id-marker", "max-uploads", "encoding-type"});
  (void)store.bucket(call.at.bucket);
  const KeyForm form(call);
  const std::string prefix = call.parameter("prefix");
  const std::uint64_t most = std::min(call.number("max-uploads", kLargestPage, kLargestNumber), kLargestPage);
  const std::string key_marker = call.parameter("key-marker");
  const std::string id_marker = call.parameter("upload-id-marker");
  Xml xml("ListMultipartUploadsResult");
  xml.text("Bucket", call.at.bucket);
  xml.text("Prefix", form.write(prefix));
  xml.text("KeyMarker", form.write(key_marker));
  xml.text("UploadIdMarker", id_marker);
  xml.number("MaxUploads", most);
  form.add_to(xml);
  std::uint64_t shown = 0;
  const Upload* last = nullptr;
  bool is_truncated = false;
  const std::vector<Upload> all = uploads.all(call.at.bucket);
  for (const Upload& upload : all) {
    const std::string& key = upload.at.key;
    // Without an identifier, the marker's key is behind us altogether.
    const bool is_behind = id_marker.empty() ? !key_marker.empty() && key <= key_marker
                                             : std::tie(key, upload.id) <= std::tie(key_marker, id_marker);
    if (is_behind || !key.starts_with(prefix)) continue;
    is_truncated = shown == most;
    if (is_truncated) break;
    xml.open("Upload");
    xml.text("Key", form.write(key));
    xml.text("UploadId", upload.id);
    xml.text("StorageClass", Object{.properties = upload.properties}.storage_class());
    xml.text("Initiated", xml_time(upload.begun));
    xml.close("Upload");
    ++shown;
    last = &upload;
  }
  if (is_truncated && last != nullptr) {
    xml.text("NextKeyMarker", form.write(last->at.key));
    xml.text("NextUploadIdMarker", last->id);
  }
  xml.text("IsTruncated", is_truncated ? "true" : "false");
  return std::move(xml).answer();
}

Answer list_parts(const Uploads& uploads, const Call& call) {
  check_known(call, {"uploadId", "max-parts", "part-number-marker"});
  const Upload upload = uploads.find(call.at, call.parameter("uploadId"));
  const std::uint64_t most = std::min(call.number("max-parts", kLargestPage, kLargestNumber), kLargestPage);
  const std::uint64_t marker = call.number("part-number-marker", 0, kLargestNumber);
  Xml xml("ListPartsResult");
  xml.text("Bucket", call.at.bucket);
  xml.text("Key", call.at.key);
  xml.text("UploadId", upload.id);
  xml.text("StorageClass", Object{.properties = upload.properties}.storage_class());
  xml.number("PartNumberMarker", marker);
  xml.number("MaxParts", most);
  std::uint64_t shown = 0;
  auto part = upload.parts.upper_bound(static_cast<int>(marker));
  int last = 0;
  for (; part != upload.parts.end() && shown < most; ++part, ++shown) {
    last = part->first;
    xml.open("Part");
    xml.number("PartNumber", static_cast<std::uint64_t>(last));
    xml.text("LastModified", xml_time(part->second.modified));
    xml.text("ETag", "\"" + part->second.etag() + "\"");
    xml.number("Size", part->second.bytes->size());
    for (const auto& [algorithm, value] : part->second.checksums)
      xml.text(checksum_element(algorithm), value);
    xml.close("Part");
  }
  const bool is_truncated = part != upload.parts.end();
  if (is_truncated) xml.number("NextPartNumberMarker", static_cast<std::uint64_t>(last));
  xml.text("IsTruncated", is_truncated ? "true" : "false");
  return std::move(xml).answer();
}

}  // namespace weir::sandbox::s3

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "protocols/google/encoding.h"
#include "sandbox/objects/byte_range.h"
#include "sandbox/s3/instant.h"
#include "sandbox/s3/requests.h"

namespace weir::sandbox::s3 {
namespace {

constexpr std::size_t kCopied = 1U << 20;
constexpr std::uint64_t kLargestCopy = std::uint64_t{5} << 30;
constexpr const char* kSource = "x-amz-copy-source";

/// The object that x-amz-copy-source names, as "/bucket/key" with escapes, if its conditions hold.
ObjectPointer source_of(const Store& store, const Call& call, ObjectName& name) {
  std::string text = call.request.header(kSource).value_or("");
  const std::size_t question = text.find('?');
  if (question != std::string::npos) {
    const Parameters query = parse_form(text.substr(question + 1));
    const auto version = query.find("versionId");
    if (version != query.end()) check_version(version->second);
    text.resize(question);
  }
  if (text.starts_with('/')) text.erase(0, 1);
  const std::string decoded = percent_decode(text);
  const std::size_t slash = decoded.find('/');
  if (slash == std::string::npos || slash + 1 == decoded.size()) {
    throw Refusal{400,
                  "InvalidArgument",
                  "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
                  {{"ArgumentName", kSource}}};
  }
  name = {decoded.substr(0, slash), decoded.substr(slash + 1)};
  const ObjectPointer source = store.get(name);
  const int status =
      ReadConditions::of(call.request, std::string(kSource) + "-").status(source->etag, source->modified);
  if (status != 200) {
    throw Refusal{412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"};
  }
  const std::string storage = source->storage_class();
  if (storage == "GLACIER" || storage == "DEEP_ARCHIVE") {
    throw Refusal{403, "ObjectNotInActiveTierError",
                  "The source object of the COPY operation is not in the active tier"};
  }
  if (call.request.header("if-match") || call.request.header("if-none-match")) {
    throw not_implemented("If-Match or If-None-Match of a copy");
  }
  return source;
}

/// Nothing, or how the copy is to be described instead of as its source.
std::optional<Properties> replaced_properties(const Call& call) {
  const std::string directive = call.request.header("x-amz-metadata-directive").value_or("COPY");
  if (directive == "REPLACE") return properties_of(call.request);
  if (directive == "COPY") return std::nullopt;
  throw Refusal{400, "InvalidArgument", "Unknown metadata directive.", {{"ArgumentValue", directive}}};
}

/// What describes the source, kept as the request wants it.
Properties copied_properties(const Object& source, const Call& call) {
  Properties properties = source.properties;
  std::erase_if(properties, [](const auto& one) {
    return one.first == "x-amz-storage-class" || one.first.starts_with("x-amz-server-side-encryption");
  });
  for (const auto& [name, value] : properties_of(call.request)) {
    const bool is_how = name == "x-amz-storage-class" || name.starts_with("x-amz-server-side-encryption");
    if (is_how) properties[name] = value;
  }
  return properties;
}

void check_is_change(const Call& call, const ObjectName& from, const Object& source) {
  const bool is_same = from.bucket == call.at.bucket && from.key == call.at.key;
  const bool is_replaced = call.request.header("x-amz-metadata-directive") == "REPLACE";
  if (!is_same || is_replaced || copied_properties(source, call) != source.properties) return;
  throw Refusal{400, "InvalidRequest",
                "This copy request is illegal because it is trying to copy an object to itself without "
                "changing the object's metadata, storage class, website redirect location or encryption "
                "attributes."};
}

std::string md5_of(const objects::Blob& bytes) {
  Digest digest(Algorithm::Md5);
  for (std::uint64_t offset = 0; offset < bytes.size(); offset += kCopied) {
    digest.add(bytes.read(offset, kCopied));
  }
  return hex(digest.finish());
}

/// A copy is one piece, even of an object that came in parts.
Object copy_of(Store& store, const ObjectPointer& source, const Call& call) {
  Object object{.key = call.at.key};
  object.properties = replaced_properties(call).value_or(copied_properties(*source, call));
  object.etag = source->etag.find('-') == std::string::npos ? source->etag : md5_of(*source->bytes);
  if (source->checksums.type == Checksums::Type::FullObject) object.checksums = source->checksums;
  object.bytes = store.copy(source->bytes);
  return object;
}

objects::ByteRange part_range(const Call& call, std::uint64_t size) {
  const auto header = call.request.header("x-amz-copy-source-range");
  if (!header) return {0, size};
  const auto range = objects::parse_range(*header, size);
  const std::string last = header->substr(header->find('-') + 1);
  // Unlike a reader's range, it must be whole and inside the source.
  if (range && range->length > 0 && std::to_string(range->offset + range->length - 1) == last) return *range;
  throw Refusal{400,
                "InvalidArgument",
                "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last "
                "are the zero-based offsets of the first and last bytes to copy",
                {{"ArgumentName", "x-amz-copy-source-range"}, {"ArgumentValue", *header}}};
}

void check_size(std::uint64_t size) {
  if (size <= kLargestCopy) return;
  throw Refusal{400, "InvalidRequest",
                "The specified copy source is larger than the maximum allowable size for a copy source: "
                "5368709120"};
}

}  // namespace

Answer copy_object(Store& store, const Call& call) {
  check_known(call, {},
              {kWritingHeaders, {"x-amz-copy-source", "x-amz-copy-source-if-*", "x-amz-metadata-directive"}});
  ObjectName from;
  const ObjectPointer source = source_of(store, call, from);
  check_size(source->bytes->size());
  check_is_change(call, from, *source);
  return answer_late(call, [&] {
    const ObjectPointer made = store.put(call.at.bucket, copy_of(store, source, call), {});
    Xml xml("CopyObjectResult");
    xml.text("LastModified", xml_time(made->modified));
    xml.text("ETag", "\"" + made->etag + "\"");
    for (const auto& [algorithm, value] : made->checksums.values)
      xml.text(checksum_element(algorithm), value);
    Answer answer = std::move(xml).answer();
    add_encryption(made->properties, answer);
    return answer;
  });
}

Answer copy_part(Store& store, Uploads& uploads, const Call& call) {
  check_known(call, {"partNumber", "uploadId"},
              {{"x-amz-copy-source", "x-amz-copy-source-if-*", "x-amz-copy-source-range"}});
  const int number = part_number(call);
  const std::string id = call.parameter("uploadId");
  (void)uploads.find(call.at, id);
  ObjectName from;
  const ObjectPointer source = source_of(store, call, from);
  const objects::ByteRange range = part_range(call, source->bytes->size());
  check_size(range.length);
  return answer_late(call, [&] {
    const auto writer = store.writer();
    writer->expect(range.length);
    for (std::uint64_t done = 0; done < range.length; done += kCopied) {
      const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(kCopied, range.length - done));
      writer->append(source->bytes->read(range.offset + done, length));
    }
    Part part{.bytes = {}, .md5 = google::from_base64(writer->md5()).value_or("")};
    part.bytes = store.keep(*writer);
    const std::string etag = part.etag();
    uploads.add(call.at, id, number, std::move(part));
    Xml xml("CopyPartResult");
    xml.text("LastModified", xml_time(store.now()));
    xml.text("ETag", "\"" + etag + "\"");
    return std::move(xml).answer();
  });
}

}  // namespace weir::sandbox::s3

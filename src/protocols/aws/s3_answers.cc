// SPDX-License-Identifier: Apache-2.0
#include "protocols/aws/s3_answers.h"

#include <fmt/format.h>

#include <charconv>
#include <pugixml.hpp>

#include "base/text.h"
#include "protocols/aws/encoding.h"

namespace weir::aws {
namespace {

enum class KeyForm { Plain, Encoded };

Result<io::ObjectInfo> read_object(const pugi::xml_node& node, KeyForm form) {
  io::ObjectInfo object;
  const std::string key = node.child_value("Key");
  const auto decoded = form == KeyForm::Encoded ? decode_form(key) : key;
  const std::string_view size = node.child_value("Size");
  const auto modified = parse_timestamp(node.child_value("LastModified"));
  const auto read = std::from_chars(size.data(), size.data() + size.size(), object.size);
  if (!decoded || decoded->empty() || !modified || read.ec != std::errc() ||
      read.ptr != size.data() + size.size()) {
    return fail(ErrorCode::DataMismatch,
                "the listing holds an object that makes no sense: key '{}', size '{}'", key, size);
  }
  object.key = *decoded;
  object.modified = *modified;
  object.version = bare_etag(node.child_value("ETag"));
  return object;
}

}  // namespace

ServiceError read_error(std::string_view body) {
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size())) return {};
  pugi::xml_node error = document.child("Error");
  if (!error) error = document.child("ErrorResponse").child("Error");  // the token service's way
  if (!error) return {};
  return {error.child_value("Code"), error.child_value("Message"), error.child_value("Region"),
          error.child_value("RequestId")};
}

Result<io::ObjectPage> read_listing(std::string_view body) {
  pugi::xml_document document;
  const auto parsed = document.load_buffer(body.data(), body.size());
  const pugi::xml_node root = document.child("ListBucketResult");
  if (!parsed || !root) return fail(ErrorCode::DataMismatch, "the answer is not a listing");
  const bool is_encoded = std::string_view(root.child_value("EncodingType")) == "url";
  const KeyForm form = is_encoded ? KeyForm::Encoded : KeyForm::Plain;
  io::ObjectPage page;
  for (const pugi::xml_node& node : root.children("Contents")) {
    page.objects.push_back(TRY(read_object(node, form)));
  }
  if (std::string_view(root.child_value("IsTruncated")) == "true") page.rest = io::ObjectPage::Rest::More;
  return page;
}

Result<std::vector<OpenUpload>> read_uploads(std::string_view body) {
  pugi::xml_document document;
  const auto parsed = document.load_buffer(body.data(), body.size());
  const pugi::xml_node root = document.child("ListMultipartUploadsResult");
  if (!parsed || !root) return fail(ErrorCode::DataMismatch, "the answer is no list of uploads");
  std::vector<OpenUpload> uploads;
  for (const pugi::xml_node& node : root.children("Upload")) {
    uploads.push_back({node.child_value("Key"), node.child_value("UploadId")});
  }
  return uploads;
}

Result<std::string> read_text(std::string_view body, const char* name) {
  pugi::xml_document document;
  std::string text;
  if (document.load_buffer(body.data(), body.size())) text = document.document_element().child_value(name);
  if (text.empty()) return fail(ErrorCode::DataMismatch, "the answer holds no {}", name);
  return text;
}

std::string complete_body(const std::vector<std::string>& etags) {
  std::string body = "<CompleteMultipartUpload>";
  for (std::size_t i = 0; i < etags.size(); ++i) {
    body += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>\"{}\"</ETag></Part>", i + 1, etags[i]);
  }
  return body + "</CompleteMultipartUpload>";
}

std::string bare_etag(std::string_view etag) {
  etag = trim(etag);
  if (etag.size() > 1 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

}  // namespace weir::aws

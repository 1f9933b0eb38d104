// SPDX-License-Identifier: Apache-2.0
#include "sandbox/gcs/multipart.h"

#include "base/text.h"
#include "protocols/google/json_value.h"
#include "sandbox/gcs/refusal.h"

namespace weir::sandbox::gcs {
namespace {

[[noreturn]] void refuse(const std::string& message) { throw Refusal{400, "badContent", message}; }

std::string boundary_of(std::string_view content_type) {
  constexpr std::string_view kName = "boundary=";
  if (lower(content_type).rfind("multipart/related", 0) != 0) refuse("The upload is not multipart/related.");
  const std::size_t at = content_type.find(kName);
  if (at == std::string_view::npos) refuse("Multipart body without a boundary.");
  std::string_view value = content_type.substr(at + kName.size());
  value = trim(value.substr(0, value.find(';')));
  if (value.size() > 1 && value.front() == '"') value = value.substr(1, value.find('"', 1) - 1);
  return std::string(value);
}

struct Part {
  std::string headers;
  std::string_view content;
};

/// The part that begins behind a boundary's line, up to the next boundary; moves `rest` there.
Part take_part(std::string_view& rest, const std::string& delimiter) {
  const std::size_t end = rest.find(delimiter);
  if (end == std::string_view::npos) refuse("Missing end boundary in multipart body.");
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end + delimiter.size());
  const std::size_t blank = part.find("\r\n\r\n");
  if (part.substr(0, 4) == "\r\n\r\n") return {{}, part.substr(4)};  // no headers at all
  if (blank == std::string_view::npos) refuse("A part without a blank line after its headers.");
  return {std::string(part.substr(0, blank)), part.substr(blank + 4)};
}

std::string content_type_of(const Part& part) {
  for (const std::string& line : split(part.headers, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon != std::string::npos && lower(trim(line.substr(0, colon))) == "content-type") {
      return std::string(trim(line.substr(colon + 1)));
    }
  }
  return {};
}

}  // namespace

MultipartUpload parse_multipart(std::string_view content_type, std::string_view body) {
  const std::string first = "--" + boundary_of(content_type);
  const std::string delimiter = "\r\n" + first;
  const std::size_t start = body.find(first);
  if (start == std::string_view::npos) refuse("The boundary does not occur in the body.");
  std::string_view rest = body.substr(start + first.size());
  const Part resource = take_part(rest, delimiter);
  const Part bytes = take_part(rest, delimiter);
  if (rest.substr(0, 2) != "--") refuse("A multipart upload has two parts.");
  MultipartUpload upload{google::parse_json(std::string(resource.content)), bytes.content};
  if (!upload.resource.is_object()) throw Refusal{400, "parseError", "Parse Error"};
  const std::string type = content_type_of(bytes);
  if (!type.empty() && !upload.resource.contains("contentType")) upload.resource["contentType"] = type;
  return upload;
}

}  // namespace weir::sandbox::gcs

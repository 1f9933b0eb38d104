// SPDX-License-Identifier: Apache-2.0
#include "sandbox/http/http.h"

#include "base/text.h"
#include "protocols/google/json_value.h"

namespace weir::sandbox {
namespace {

std::optional<std::string> find(const Parameters& parameters, const std::string& name) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::optional<std::string> Request::parameter(const std::string& name) const { return find(query, name); }

std::optional<std::string> Request::header(const std::string& name) const { return find(headers, name); }

std::vector<std::string> segments(const std::string& path) {
  std::vector<std::string> decoded;
  for (const std::string& segment : split(path.substr(path.empty() ? 0 : 1), '/')) {
    decoded.push_back(percent_decode(segment));
  }
  return decoded;
}

std::string percent_decode(std::string_view text, char plus) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape =
        text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    if (is_escape) {
      decoded += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i] == '+' ? plus : text[i];
    }
  }
  return decoded;
}

Parameters parse_form(std::string_view text) {
  Parameters parameters;
  for (const std::string& part : split(text, '&')) {
    const std::size_t equals = part.find('=');
    if (part.empty()) continue;
    const std::string value = equals == std::string::npos ? "" : part.substr(equals + 1);
    parameters[percent_decode(part.substr(0, equals), ' ')] = percent_decode(value, ' ');
  }
  return parameters;
}

std::optional<std::string> RequestBody::all() {
  std::string bytes;
  const bool complete = read([&bytes](std::string_view piece) { bytes += piece; });
  return complete ? std::optional(std::move(bytes)) : std::nullopt;
}

Answer json_answer(int status, const nlohmann::json& json) {
  return {
      .status = status, .content_type = "application/json; charset=UTF-8", .body = google::dump_json(json)};
}

}  // namespace weir::sandbox

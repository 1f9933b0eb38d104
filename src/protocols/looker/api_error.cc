// SPDX-License-Identifier: Apache-2.0
#include "protocols/looker/api_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "protocols/looker/json_value.h"

namespace weir::looker {
namespace {

constexpr std::size_t kShown = 500;

std::string shown(std::string_view body) {
  auto text = std::string(trim(body.substr(0, kShown)));
  if (!is_utf8(text)) return "bytes that are no text";
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return text;
}

bool is_page(std::string_view body) { return trim(body).starts_with('<'); }

/// "Validation Failed: fields: Unknown field history.nope (invalid)"; empty when the body is no error of
/// Looker's.
std::string explanation(const std::string& body) {
  const auto json = parse_json(body);
  auto text = text_of(json, "message");
  std::vector<std::string> details;
  for (const auto& error : member_of(json, "errors")) {
    const auto field = text_of(error, "field");
    const auto message = text_of(error, "message");
    const auto code = text_of(error, "code");
    if (field.empty() && message.empty()) continue;
    details.push_back(fmt::format("{}{}{}{}", field, field.empty() || message.empty() ? "" : ": ", message,
                                  code.empty() ? "" : " (" + code + ")"));
  }
  if (!details.empty()) text += (text.empty() ? "" : ": ") + join(details, "; ");
  return text;
}

std::string advice(int status, std::string_view body) {
  if (is_page(body) && status != 502 && status != 503 && status != 504)
    return "; check base_url and its port";
  switch (status) {
    case 403:
      return "; the account may lack a permission, or base_url has the wrong port";
    case 404:
      return "; it does not exist, or the account may not see it";
    case 502:
    case 504:
      return "; a proxy before Looker gave up on the query: `run: task` lets it run in the background";
    default:
      return {};
  }
}

ErrorCode code_of(int status) {
  switch (status) {
    case 400:
    case 422:
      return ErrorCode::InvalidConfig;
    case 202:
      return ErrorCode::Unavailable;
    default:
      return ErrorCode::DataMismatch;
  }
}

}  // namespace

std::string describe_foreign(std::string_view body) {
  return is_page(body) ? fmt::format("an HTML page ('{}')", shown(body.substr(0, 120)))
                       : fmt::format("'{}'", shown(body));
}

Error api_error(const io::HttpResponse& response, const std::string& host, Timestamp now) {
  auto text = explanation(response.body);
  if (text.empty() && !trim(response.body).empty()) text = describe_foreign(response.body);
  const Error plain = io::status_error({response.status, response.headers, {}}, host, now);
  const bool known = response.status >= 400 && response.status != 400 && response.status != 422;
  Error error(known ? plain.code() : code_of(response.status),
              fmt::format("{} answered {}{}{}{}", host, response.status, text.empty() ? "" : ": ", text,
                          advice(response.status, response.body)));
  return plain.retry_after() ? std::move(error).with_retry_after(*plain.retry_after()) : error;
}

Error login_error(const io::HttpResponse& response, const std::string& host, Timestamp now) {
  if (response.status == 404 && !is_page(response.body)) {
    return Error(ErrorCode::PermissionDenied,
                 fmt::format("{} does not accept the client_id and client_secret (it answers 404 to a wrong "
                             "login); check them, and that they belong to this instance",
                             host));
  }
  const Error error = api_error(response, host, now);
  if (error.code() == ErrorCode::RateLimited || error.code() == ErrorCode::Unavailable) return error;
  const auto* hint = error.message().find("base_url") == std::string::npos
                         ? "; check base_url and its port, and the client_id and client_secret"
                         : "";
  return Error(ErrorCode::PermissionDenied, error.message() + hint);
}

}  // namespace weir::looker

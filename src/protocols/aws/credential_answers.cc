// SPDX-License-Identifier: Apache-2.0
#include "protocols/aws/credential_answers.h"

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

namespace weir::aws {
namespace {

struct Fields {
  std::string id;
  std::string secret;
  std::string token;
  std::string expiration;
};

Result<Credentials> made_of(Fields fields) {
  if (fields.id.empty() || fields.secret.empty()) {
    return fail(ErrorCode::DataMismatch, "the answer holds no AccessKeyId and SecretAccessKey");
  }
  Credentials credentials{std::move(fields.id), Secret(std::move(fields.secret)),
                          Secret(std::move(fields.token)), std::nullopt};
  if (!fields.expiration.empty()) {
    credentials.expires = parse_timestamp(fields.expiration);
    if (!credentials.expires) {
      return fail(ErrorCode::DataMismatch, "the Expiration '{}' of the answer is no time", fields.expiration);
    }
  }
  return credentials;
}

std::string text_at(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

Result<Credentials> read_credentials_json(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return fail(ErrorCode::DataMismatch, "the answer is not a JSON object");
  const std::string code = text_at(json, "Code");
  if (!code.empty() && code != "Success") {
    return fail(ErrorCode::PermissionDenied, "the answer says {}: {}", code, text_at(json, "Message"));
  }
  std::string token = text_at(json, "SessionToken");
  if (token.empty()) token = text_at(json, "Token");
  return made_of({text_at(json, "AccessKeyId"), text_at(json, "SecretAccessKey"), std::move(token),
                  text_at(json, "Expiration")});
}

Result<Credentials> read_credentials_xml(std::string_view text) {
  pugi::xml_document document;
  if (!document.load_buffer(text.data(), text.size())) {
    return fail(ErrorCode::DataMismatch, "the answer is not XML");
  }
  // <AssumeRoleResponse><AssumeRoleResult><Credentials>, or the same with WebIdentity in the names.
  const pugi::xml_node node = document.first_child().first_child().child("Credentials");
  return made_of({node.child_value("AccessKeyId"), node.child_value("SecretAccessKey"),
                  node.child_value("SessionToken"), node.child_value("Expiration")});
}

}  // namespace weir::aws

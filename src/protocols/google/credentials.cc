// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/credentials.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "protocols/google/json_value.h"

namespace weir::google {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kTokenUri = "https://oauth2.googleapis.com/token";

Result<void> require(const Json& json, std::initializer_list<const char*> keys, std::string_view origin) {
  for (const char* key : keys) {
    if (text_of(json, key).empty()) {
      return fail(ErrorCode::InvalidConfig, "{} lacks '{}': is it the whole file that Google gave out?",
                  origin, key);
    }
  }
  return {};
}

std::string token_uri_of(const Json& json) {
  const std::string given = text_of(json, "token_uri");
  return given.empty() ? std::string(kTokenUri) : given;
}

Result<Credentials> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return fail(ErrorCode::InvalidConfig, "the credentials file {} cannot be read: {}", path,
                std::generic_category().message(errno));
  }
  std::ostringstream content;
  content << file.rdbuf();
  return parse_credentials(content.str(), path);
}

/// Where gcloud keeps its login.
std::optional<std::string> login_file(const io::Environment& environment) {
  constexpr std::string_view kName = "/application_default_credentials.json";
  if (const auto folder = environment.get("CLOUDSDK_CONFIG")) return *folder + std::string(kName);
  if (const auto home = environment.get("HOME")) return *home + "/.config/gcloud" + std::string(kName);
  return std::nullopt;
}

std::string metadata_host(const io::Environment& environment) {
  if (const auto host = environment.get("GCE_METADATA_HOST")) return *host;
  return environment.get("GCE_METADATA_IP").value_or("169.254.169.254");
}

}  // namespace

Result<Credentials> parse_credentials(std::string_view json, std::string_view origin) {
  const Json parsed = parse_json(std::string(json));
  if (!parsed.is_object()) {
    return fail(ErrorCode::InvalidConfig, "{} is no JSON object: expected the key file of a service account",
                origin);
  }
  const std::string type = text_of(parsed, "type");
  if (type == "service_account") {
    TRY(require(parsed, {"client_email", "private_key"}, origin));
    return ServiceAccount{text_of(parsed, "client_email"), text_of(parsed, "private_key_id"),
                          Secret(text_of(parsed, "private_key")), token_uri_of(parsed),
                          text_of(parsed, "project_id")};
  }
  if (type == "authorized_user") {
    TRY(require(parsed, {"client_id", "client_secret", "refresh_token"}, origin));
    return AuthorizedUser{text_of(parsed, "client_id"), Secret(text_of(parsed, "client_secret")),
                          Secret(text_of(parsed, "refresh_token")), token_uri_of(parsed),
                          text_of(parsed, "quota_project_id")};
  }
  return fail(ErrorCode::Unsupported,
              "{} holds credentials of the type '{}': weir knows service_account and authorized_user", origin,
              type);
}

Result<Credentials> find_credentials(const io::Environment& environment) {
  if (const auto path = environment.get("GOOGLE_APPLICATION_CREDENTIALS"); path && !path->empty()) {
    return read_file(*path).within("following GOOGLE_APPLICATION_CREDENTIALS");
  }
  std::error_code missing;
  if (const auto path = login_file(environment); path && std::filesystem::exists(*path, missing)) {
    return read_file(*path);
  }
  return MachineAccount{metadata_host(environment)};
}

std::string project_of(const Credentials& credentials, const io::Environment& environment) {
  for (const char* variable : {"GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"}) {
    if (const auto given = environment.get(variable); given && !given->empty()) return *given;
  }
  if (const auto* account = std::get_if<ServiceAccount>(&credentials)) return account->project;
  if (const auto* user = std::get_if<AuthorizedUser>(&credentials)) return user->quota_project;
  return {};
}

std::string describe(const Credentials& credentials) {
  if (const auto* account = std::get_if<ServiceAccount>(&credentials)) {
    return "the service account " + account->email;
  }
  if (std::holds_alternative<AuthorizedUser>(credentials)) return "the login of gcloud";
  if (std::holds_alternative<MachineAccount>(credentials)) return "the account of this machine";
  return "nobody";
}

}  // namespace weir::google

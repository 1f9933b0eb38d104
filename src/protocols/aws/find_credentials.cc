// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "base/text.h"
#include "protocols/aws/credential_sources.h"
#include "protocols/aws/credentials.h"
#include "protocols/aws/settings.h"

namespace weir::aws {
namespace {

using Source = std::unique_ptr<CredentialSource>;

/// One search; knows what every step needs.
class Search {
 public:
  Search(const CredentialChoice& choice, const World& world, Profiles profiles)
      : choice_(choice), world_(world), profiles_(std::move(profiles)) {
    name_ =
        choice_.profile ? *choice_.profile : variable(world_.environment, "AWS_PROFILE").value_or("default");
    region_ = choice_.region.empty() ? find_region(world_.environment, profile()) : choice_.region;
    if (region_.empty()) region_ = "us-east-1";
  }

  Result<FoundCredentials> run() {
    Source source = TRY(find());
    const auto origin = dynamic_cast<InstanceCredentials*>(source.get()) != nullptr
                            ? CredentialOrigin::Instance
                            : CredentialOrigin::Given;
    if (!choice_.role_arn.empty()) {
      source = std::make_unique<AssumedRole>(role(choice_.role_arn, "", choice_.external_id),
                                             cached(std::move(source)), world_);
    }
    return FoundCredentials{cached(std::move(source)), origin};
  }

 private:
  Result<Source> find() {
    if (!choice_.access_key_id.empty() || !choice_.secret_access_key.empty()) return from_choice();
    if (!choice_.profile) {
      if (Source source = TRY(from_environment())) return source;
    }
    if (Source source = TRY(from_profile(name_))) return source;
    if (choice_.profile || variable(world_.environment, "AWS_PROFILE")) {
      return fail(ErrorCode::InvalidConfig,
                  "the AWS profile {} holds no credentials: add aws_access_key_id and aws_secret_access_key, "
                  "role_arn or credential_process to it",
                  name_);
    }
    return from_machine();
  }

  Result<Source> from_choice() const {
    if (choice_.access_key_id.empty() || choice_.secret_access_key.empty()) {
      return fail(ErrorCode::InvalidConfig,
                  "access_key_id and secret_access_key belong together: {} is missing",
                  choice_.access_key_id.empty() ? "access_key_id" : "secret_access_key");
    }
    const Credentials given{choice_.access_key_id, choice_.secret_access_key, choice_.session_token, {}};
    return Source(std::make_unique<FixedCredentials>(given, "the configuration"));
  }

  Result<Source> from_environment() const {
    const auto id = variable(world_.environment, "AWS_ACCESS_KEY_ID");
    const auto secret = variable(world_.environment, "AWS_SECRET_ACCESS_KEY");
    if (!id && !secret) return Source();
    if (!id || !secret) {
      return fail(ErrorCode::InvalidConfig, "the environment has {} but not {}: set both or none",
                  id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
                  id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
    }
    const Credentials given{
        *id, Secret(*secret), Secret(variable(world_.environment, "AWS_SESSION_TOKEN").value_or("")), {}};
    return Source(std::make_unique<FixedCredentials>(given, "the environment"));
  }

  Result<Source> from_machine() const {
    const auto token_file = variable(world_.environment, "AWS_WEB_IDENTITY_TOKEN_FILE");
    const auto role_arn = variable(world_.environment, "AWS_ROLE_ARN");
    if (token_file && role_arn) {
      const auto session = variable(world_.environment, "AWS_ROLE_SESSION_NAME").value_or("");
      return Source(std::make_unique<WebIdentityRole>(role(*role_arn, session, ""), *token_file, world_));
    }
    if (token_file) {
      return fail(ErrorCode::InvalidConfig,
                  "the environment has AWS_WEB_IDENTITY_TOKEN_FILE but not AWS_ROLE_ARN: set both or none");
    }
    if (variable(world_.environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") ||
        variable(world_.environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI")) {
      return Source(std::make_unique<ContainerCredentials>(world_));
    }
    if (lower(world_.environment.get("AWS_EC2_METADATA_DISABLED").value_or("")) == "true") {
      return fail(ErrorCode::InvalidConfig,
                  "no AWS credentials are configured: set access_key_id and secret_access_key, "
                  "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile in ~/.aws/credentials");
    }
    return Source(std::make_unique<InstanceCredentials>(world_));
  }

  /// Null when the profile says nothing about credentials.
  Result<Source> from_profile(const std::string& name) {
    const auto found = profiles_.find(name);
    if (found == profiles_.end()) {
      if (name == "default") return Source();
      return fail(ErrorCode::InvalidConfig, "there is no AWS profile {}; there {}", name, known_profiles());
    }
    const Profile& profile = found->second;
    const bool is_own_base = !visited_.empty() && visited_.back() == name;
    if (!value_of(profile, "role_arn").empty() && !is_own_base) return from_role(name, profile);
    const std::string id = value_of(profile, "aws_access_key_id");
    const std::string secret = value_of(profile, "aws_secret_access_key");
    if (!id.empty() && !secret.empty()) {
      const Credentials given{id, Secret(secret), Secret(value_of(profile, "aws_session_token")), {}};
      return Source(std::make_unique<FixedCredentials>(given, "the profile " + name));
    }
    if (!id.empty() || !secret.empty()) {
      return fail(ErrorCode::InvalidConfig, "the AWS profile {} has no {}", name,
                  id.empty() ? "aws_access_key_id" : "aws_secret_access_key");
    }
    if (const std::string command = value_of(profile, "credential_process"); !command.empty()) {
      return Source(std::make_unique<ProcessCredentials>(command, name, world_));
    }
    const auto is_sso = [](const auto& entry) { return entry.first.starts_with("sso_"); };
    if (std::any_of(profile.begin(), profile.end(), is_sso)) {
      return fail(
          ErrorCode::Unsupported,
          "the AWS profile {} needs a login in a browser (sso_…): use a credential_process such as 'aws "
          "configure export-credentials --format process', or environment variables",
          name);
    }
    return Source();
  }

  Result<Source> from_role(const std::string& name, const Profile& profile) {
    const std::string arn = value_of(profile, "role_arn");
    if (!value_of(profile, "mfa_serial").empty()) {
      return fail(ErrorCode::Unsupported,
                  "the AWS profile {} needs a one-time password (mfa_serial): use a credential_process",
                  name);
    }
    const RoleChoice choice =
        role(arn, value_of(profile, "role_session_name"), value_of(profile, "external_id"));
    if (const std::string file = value_of(profile, "web_identity_token_file"); !file.empty()) {
      return Source(std::make_unique<WebIdentityRole>(choice, file, world_));
    }
    Source base = TRY(base_of(name, profile));
    return Source(std::make_unique<AssumedRole>(choice, cached(std::move(base)), world_));
  }

  /// What a profile's role is assumed with.
  Result<Source> base_of(const std::string& name, const Profile& profile) {
    if (const std::string base = value_of(profile, "source_profile"); !base.empty()) {
      if (base != name && std::find(visited_.begin(), visited_.end(), base) != visited_.end()) {
        return fail(ErrorCode::InvalidConfig, "the AWS profiles {} and {} have each other as source_profile",
                    name, base);
      }
      visited_.push_back(name);
      Source source = TRY(from_profile(base));
      if (source) return source;
      return fail(ErrorCode::InvalidConfig,
                  "the AWS profile {}, the source_profile of {}, holds no credentials", base, name);
    }
    const std::string place = value_of(profile, "credential_source");
    if (place == "Environment") {
      if (Source source = TRY(from_environment())) return source;
      return fail(ErrorCode::InvalidConfig,
                  "the AWS profile {} wants credentials of the environment, which has none", name);
    }
    if (place == "Ec2InstanceMetadata") return Source(std::make_unique<InstanceCredentials>(world_));
    if (place == "EcsContainer") return Source(std::make_unique<ContainerCredentials>(world_));
    return fail(ErrorCode::InvalidConfig,
                "the AWS profile {} has a role_arn but no source_profile, and no credential_source that is "
                "Environment, Ec2InstanceMetadata or EcsContainer",
                name);
  }

  RoleChoice role(std::string arn, std::string session, std::string external_id) const {
    std::string endpoint = find_endpoint(world_.environment, {}, "STS");
    while (endpoint.ends_with('/')) endpoint.pop_back();
    if (endpoint.empty()) endpoint = "https://sts." + region_ + "." + domain_of(region_);
    return {std::move(arn), std::move(session), std::move(external_id), std::move(endpoint), region_};
  }

  std::unique_ptr<CredentialCache> cached(Source source) const {
    return std::make_unique<CredentialCache>(std::move(source), world_.clock);
  }

  Profile profile() const {
    const auto found = profiles_.find(name_);
    return found == profiles_.end() ? Profile() : found->second;
  }

  std::string known_profiles() const {
    std::vector<std::string> names;
    for (const auto& [known, unused] : profiles_) names.push_back(known);
    return names.empty() ? "are none: see ~/.aws/config" : "are " + join(names);
  }

  const CredentialChoice& choice_;
  const World& world_;
  Profiles profiles_;
  std::string name_;
  std::string region_;
  std::vector<std::string> visited_;  // profiles whose role is being resolved
};

}  // namespace

Result<FoundCredentials> find_credentials(const CredentialChoice& choice, const World& world) {
  return Search(choice, world, TRY(load_profiles(world.environment))).run();
}

}  // namespace weir::aws

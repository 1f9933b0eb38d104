// SPDX-License-Identifier: Apache-2.0
// The places that credentials come from. Used by find_credentials(). Each belongs to the
// CredentialCache that holds it, which calls it from one thread at a time.
#pragma once

#include <memory>
#include <string>

#include "protocols/aws/credentials.h"

namespace weir::aws {

/// Credentials that were written down.
class FixedCredentials final : public CredentialSource {
 public:
  FixedCredentials(Credentials credentials, std::string name)
      : credentials_(std::move(credentials)), name_(std::move(name)) {}
  Result<Credentials> fetch() override { return credentials_; }
  std::string name() const override { return name_; }

 private:
  Credentials credentials_;
  std::string name_;
};

/// The output of a profile's credential_process.
class ProcessCredentials final : public CredentialSource {
 public:
  ProcessCredentials(std::string command, std::string profile, const World& world)
      : command_(std::move(command)), profile_(std::move(profile)), world_(world) {}
  Result<Credentials> fetch() override;
  std::string name() const override { return "credential_process of the profile " + profile_; }

 private:
  std::string command_;
  std::string profile_;
  World world_;
};

/// The token service, for both ways to take on a role.
struct RoleChoice {
  std::string role_arn;
  std::string session_name;  ///< empty: "weir"
  std::string external_id;
  std::string endpoint;  ///< of the token service, as "https://sts.ca-central-1.amazonaws.com"
  std::string region;
};

/// A role that is taken on with other credentials.
class AssumedRole final : public CredentialSource {
 public:
  AssumedRole(RoleChoice role, std::unique_ptr<CredentialCache> base, const World& world)
      : role_(std::move(role)), base_(std::move(base)), world_(world) {}
  Result<Credentials> fetch() override;
  std::string name() const override {
    return "the role " + role_.role_arn + " (with " + base_->source_name() + ")";
  }

 private:
  RoleChoice role_;
  std::unique_ptr<CredentialCache> base_;
  World world_;
};

/// A role that is taken on with a token in a file, as Kubernetes provides it.
class WebIdentityRole final : public CredentialSource {
 public:
  WebIdentityRole(RoleChoice role, std::string token_file, const World& world)
      : role_(std::move(role)), token_file_(std::move(token_file)), world_(world) {}
  Result<Credentials> fetch() override;
  std::string name() const override { return "the web identity for " + role_.role_arn; }

 private:
  RoleChoice role_;
  std::string token_file_;
  World world_;
};

/// The endpoint that a container is told by its environment.
class ContainerCredentials final : public CredentialSource {
 public:
  explicit ContainerCredentials(const World& world) : world_(world) {}
  Result<Credentials> fetch() override;
  std::string name() const override { return "the container"; }

 private:
  World world_;
};

/// The metadata service of an EC2 instance, version 2.
class InstanceCredentials final : public CredentialSource {
 public:
  explicit InstanceCredentials(const World& world) : world_(world) {}
  Result<Credentials> fetch() override;
  std::string name() const override { return "the instance metadata"; }

 private:
  World world_;
};

/// The region that the instance is in.
Result<std::string> instance_region(const World& world);

}  // namespace weir::aws

// SPDX-License-Identifier: Apache-2.0
// Credentials from wherever they are kept, renewed before they expire. Used by S3ObjectStore and by
// the redshift connector. CredentialCache is thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "protocols/aws/profiles.h"
#include "protocols/aws/signer.h"
#include "protocols/aws/world.h"

namespace weir::aws {

/// One place that credentials come from.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  virtual Result<Credentials> fetch() = 0;
  /// "the environment", "profile batch", for messages.
  virtual std::string name() const = 0;
};

/// Keeps credentials until five minutes before they expire.
class CredentialCache {
 public:
  CredentialCache(std::unique_ptr<CredentialSource> source, const io::Clock& clock)
      : source_(std::move(source)), clock_(clock) {}

  /// When they cannot be renewed, those that are still valid are given out until they are not.
  Result<Credentials> get();
  /// After the server refused `used` as expired: others, if there are any by now.
  Result<Credentials> renew(const Credentials& used);
  std::string source_name() const { return source_->name(); }

 private:
  Result<Credentials> fetch();

  std::unique_ptr<CredentialSource> source_;
  const io::Clock& clock_;
  std::mutex mutex_;
  std::optional<Credentials> current_;
};

/// What the configuration says about credentials; everything may be missing.
struct CredentialChoice {
  std::string access_key_id{};
  Secret secret_access_key{};
  Secret session_token{};
  std::optional<std::string> profile{};  ///< a named profile goes before the environment
  std::string role_arn{};                ///< assumed with the credentials that are found
  std::string external_id{};
  std::string region{};  ///< whose token service is asked; empty: the usual settings
};

/// Whether the credentials are those of the machine, which then knows its region, too.
enum class CredentialOrigin { Given, Instance };

struct FoundCredentials {
  std::unique_ptr<CredentialCache> cache;
  CredentialOrigin origin = CredentialOrigin::Given;
};

/// Looks in the documented order: the choice, the environment, the profile, a web identity, the
/// container, the instance. Decides only where they are; none is fetched yet.
Result<FoundCredentials> find_credentials(const CredentialChoice& choice, const World& world);

}  // namespace weir::aws

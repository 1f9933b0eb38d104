// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/staging_access.h"

#include "config/secret_reference.h"
#include "protocols/aws/credentials.h"
#include "protocols/aws/s3_object_store.h"

namespace weir::redshift {
namespace {

/// What of the context is needed later; the context itself may be gone by then.
struct World {
  const io::Environment& environment;
  const io::Clock& clock;
  io::Sleeper& sleeper;
  std::function<Result<io::HttpClient*>()> http;

  Result<aws::World> open() const { return aws::World{environment, clock, sleeper, *TRY(http())}; }
};

Result<Secret> resolved(const config::SecretReference& reference, const io::Environment& environment) {
  if (reference.empty()) return Secret();
  config::Diagnostics warnings;  // were given when the configuration was read
  return config::resolve(reference, environment, warnings);
}

Result<aws::Credentials> fetch_keys(const aws::S3Options& options, const World& world) {
  aws::CredentialChoice choice;
  choice.access_key_id = TRY(resolved(options.access_key_id, world.environment)).reveal();
  choice.secret_access_key = TRY(resolved(options.secret_access_key, world.environment));
  choice.session_token = TRY(resolved(options.session_token, world.environment));
  choice.profile = options.profile;
  choice.role_arn = options.role.value_or("");
  choice.external_id = options.external_id.value_or("");
  choice.region = options.region.value_or("");
  const auto opened = TRY(world.open());
  return TRY(aws::find_credentials(choice, opened)).cache->get();
}

}  // namespace

StagingAccess staging_access(const aws::S3Options& options, const sdk::ConnectorContext& context) {
  const World world{context.environment, context.clock, context.sleeper, context.http};
  return {
      [options, world]() -> Result<std::unique_ptr<io::ObjectStore>> {
        const auto opened = TRY(world.open());
        std::unique_ptr<io::ObjectStore> store = TRY(aws::S3ObjectStore::open(options, opened));
        return store;
      },
      [options, world] { return fetch_keys(options, world); },
  };
}

}  // namespace weir::redshift

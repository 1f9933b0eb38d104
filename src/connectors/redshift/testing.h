// SPDX-License-Identifier: Apache-2.0
// A place on the servers of the tests that a redshift destination loads into: a schema and a bucket of
// its own. Used by tests only.
#pragma once

#include <memory>
#include <string>

#include "base/text.h"
#include "connectors/redshift/catalog.h"
#include "connectors/redshift/destination.h"
#include "connectors/redshift/options.h"
#include "tests/support/redshift_server.h"
#include "tests/support/s3_server.h"

namespace weir::redshift {

class TestPlace {
  support::RedshiftSchema schema_;
  support::S3Bucket bucket_;

 public:
  std::unique_ptr<sdk::Destination> open(const DestinationOptions& options = {}) {
    return make_redshift_destination(
        std::make_unique<Warehouse>(connection, access(), server().environment()), options);
  }
  /// What the connection says; tests may change it before open().
  RedshiftOptions connection = default_connection();

  static const support::RedshiftServer& server() { return support::RedshiftServer::shared(); }
  const std::string& schema() const { return schema_.name(); }
  io::ObjectStore& store() { return bucket_.store(); }
  const support::S3Bucket& bucket() const { return bucket_; }
  /// Runs SQL; unqualified names are in the schema.
  std::string sql(const std::string& text) const { return schema_.sql(text); }
  postgres::Connection connect() const {
    return *postgres::Connection::open(*postgres::target_of(connection, server().environment()));
  }
  /// The keys in the bucket, one a line.
  std::string keys() {
    std::string all;
    for (const auto& object : *io::list_all(store(), "")) all += object.key + "\n";
    return all;
  }

 private:
  RedshiftOptions default_connection() const {
    RedshiftOptions options;
    static_cast<postgres::PostgresOptions&>(options) = server().options();
    options.schema = schema_.name();
    options.iam_role = support::RedshiftServer::kRole;
    options.staging = {"lake", "staging"};
    return options;
  }
  StagingAccess access() const {
    const auto options = bucket_.options();
    const auto world = bucket_.server().world();
    return {[options, world]() -> Result<std::unique_ptr<io::ObjectStore>> {
              std::unique_ptr<io::ObjectStore> store = TRY(aws::S3ObjectStore::open(options, world));
              return store;
            },
            [world] { return keys_of(world); }};
  }
  static Result<aws::Credentials> keys_of(const aws::World& world) {
    return TRY(aws::find_credentials({}, world)).cache->get();
  }
};

}  // namespace weir::redshift

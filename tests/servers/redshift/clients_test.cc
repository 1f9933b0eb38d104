// SPDX-License-Identifier: Apache-2.0
// Runs clients_test.py, clients that know nothing of weir, against the stand-in for Redshift.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <string>

#include "tests/support/postgres_server.h"
#include "tests/support/redshift_server.h"
#include "tests/support/s3_server.h"

namespace weir::support {
namespace {

TEST(RedshiftStandIn, serves_psql_and_psycopg2_as_redshift_does) {
  const auto& server = RedshiftServer::shared();
  const S3Bucket bucket;
  const auto set = [](const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); };
  set("PGPASSWORD", PostgresServer::shared().password());
  set("STAND_IN_PORT", std::to_string(server.port()));
  set("STAND_IN_USER", server.options().user);
  set("STAND_IN_DATABASE", server.database());
  set("STAND_IN_ROLE", RedshiftServer::kRole);
  set("STAND_IN_S3", bucket.server().endpoint());
  set("STAND_IN_BUCKET", bucket.name());
  set("STAND_IN_KEY", S3Server::kAccessKey);
  set("STAND_IN_SECRET", S3Server::kSecret);
  EXPECT_EQ(std::system("/usr/bin/python3 -B " WEIR_SOURCE_DIR "/tests/servers/redshift/clients_test.py"), 0);
}

}  // namespace
}  // namespace weir::support

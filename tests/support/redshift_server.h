// SPDX-License-Identifier: Apache-2.0
// The stand-in for Redshift (tests/servers/redshift) in front of the PostgreSQL and the S3 server of
// the tests: that of ctest, or one of the program's own where there is none. Each test program has a
// database of its own, gone at its end. One thread.
#pragma once

#include <string>

#include "io/environment.h"
#include "protocols/postgres/options.h"

namespace weir::support {

class RedshiftServer {
 public:
  /// Started when first asked for. Ends the program when it cannot be.
  static const RedshiftServer& shared();

  /// The role whose keys are those of the S3 server.
  static constexpr const char* kRole = "arn:aws:iam::123456789012:role/RedshiftLoad";
  /// A role that S3 lets do nothing.
  static constexpr const char* kGuestRole = "arn:aws:iam::123456789012:role/Guest";

  int port() const { return port_; }
  const std::string& database() const { return database_; }
  /// How to log in as the superuser; the password is in the variable that `environment()` has.
  postgres::PostgresOptions options() const;
  const io::Environment& environment() const;

  /// Runs SQL through the stand-in on a connection of its own. Rows become "a|NULL\n", an error its words.
  std::string sql(const std::string& text) const;
  /// Runs SQL on the PostgreSQL behind it.
  std::string postgres_sql(const std::string& text) const;

 private:
  RedshiftServer(std::string database, int port) : database_(std::move(database)), port_(port) {}

  std::string database_;
  int port_;
};

/// An empty schema with a name of its own, dropped at the end. Its names are lower case.
class RedshiftSchema {
 public:
  RedshiftSchema();
  ~RedshiftSchema();
  RedshiftSchema(const RedshiftSchema&) = delete;
  RedshiftSchema& operator=(const RedshiftSchema&) = delete;

  const std::string& name() const { return name_; }
  /// Runs SQL through the stand-in; unqualified names are in this schema.
  std::string sql(const std::string& text) const;

 private:
  std::string name_;
};

}  // namespace weir::support

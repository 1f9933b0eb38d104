// SPDX-License-Identifier: Apache-2.0
// A real PostgreSQL server for tests, and short ways to talk to it. ctest starts one for all of its
// tests (tests/servers/postgres); a test program that is run alone starts its own and stops it at
// its end. A test fails when PostgreSQL is not installed. One thread.
#pragma once

#include <string>

#include "io/environment.h"
#include "protocols/postgres/connection.h"
#include "protocols/postgres/options.h"
#include "tests/support/server_process.h"

namespace weir::support {

class PostgresServer {
 public:
  /// Started when first asked for. Ends the program when it cannot be.
  static const PostgresServer& shared();
  /// The one in a folder, running or not.
  static PostgresServer in(const std::string& folder);
  static const ServerScript& script();

  /// How to log in over TCP as the superuser, without TLS, which takes time; the password, which has
  /// every awkward character, is in a variable that environment() has.
  postgres::PostgresOptions options() const;
  const io::Environment& environment() const { return environment_; }
  int port() const { return port_; }
  const std::string& folder() const { return folder_; }
  std::string password() const;
  /// The server's certificate, which signs itself and is made for localhost.
  std::string certificate() const { return folder_ + "/server.crt"; }
  std::string socket_folder() const { return folder_; }

  /// Runs SQL on a connection of its own. Rows become "a|NULL\n", an error its words.
  std::string sql(const std::string& text) const;

 private:
  PostgresServer(std::string folder, int port, std::string password);

  std::string folder_;
  int port_;
  io::FixedEnvironment environment_;
};

/// An empty schema with a name of its own, dropped at the end.
class PostgresSchema {
 public:
  explicit PostgresSchema(const PostgresServer& server = PostgresServer::shared());
  ~PostgresSchema();
  PostgresSchema(const PostgresSchema&) = delete;
  PostgresSchema& operator=(const PostgresSchema&) = delete;

  const std::string& name() const { return name_; }
  const PostgresServer& server() const { return server_; }
  /// The server's options, with this schema.
  postgres::PostgresOptions options() const;
  /// Runs SQL in which unqualified names are in this schema.
  std::string sql(const std::string& text) const;

 private:
  const PostgresServer& server_;
  std::string name_;
};

}  // namespace weir::support

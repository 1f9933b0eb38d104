// SPDX-License-Identifier: Apache-2.0
// A real MariaDB server for tests, and short ways to talk to it. ctest starts one for all of its tests
// (tests/servers/mariadb); a test program that is run alone starts its own and stops it at its end. A
// test fails when MariaDB is not installed. One thread.
#pragma once

#include <string>

#include "io/environment.h"
#include "protocols/mysql/connection.h"
#include "protocols/mysql/options.h"
#include "tests/support/server_process.h"

namespace weir::support {

class MariadbServer {
 public:
  /// Started when first asked for. Ends the program when it cannot be.
  static const MariadbServer& shared();
  /// The one in a folder, running or not.
  static MariadbServer in(const std::string& folder);
  static const ServerScript& script();

  /// How to log in over TCP as a user who may do everything, without TLS, which takes time; the
  /// password, which has every awkward character, is in a variable that environment() has.
  mysql::MysqlOptions options() const;
  mysql::Target target() const;
  const io::Environment& environment() const { return environment_; }
  int port() const { return port_; }
  const std::string& folder() const { return folder_; }
  std::string password() const;
  /// The server's certificate, which signs itself and is made for localhost.
  std::string certificate() const { return folder_ + "/server.crt"; }
  std::string socket() const { return folder_ + "/socket"; }

  /// Runs statements, separated by ";\n", on a connection of its own. The rows of the last one become
  /// "a|NULL\n", an error its words.
  std::string sql(const std::string& text, const std::string& database = "weir") const;

 private:
  MariadbServer(std::string folder, int port, std::string password);

  std::string folder_;
  int port_;
  io::FixedEnvironment environment_;
};

/// An empty database with a name of its own, dropped at the end.
class MariadbDatabase {
 public:
  explicit MariadbDatabase(const MariadbServer& server = MariadbServer::shared());
  ~MariadbDatabase();
  MariadbDatabase(const MariadbDatabase&) = delete;
  MariadbDatabase& operator=(const MariadbDatabase&) = delete;

  const std::string& name() const { return name_; }
  const MariadbServer& server() const { return server_; }
  /// The server's options, with this database.
  mysql::MysqlOptions options() const;
  /// Runs statements in this database.
  std::string sql(const std::string& text) const { return server_.sql(text, name_); }

 private:
  const MariadbServer& server_;
  std::string name_;
};

}  // namespace weir::support

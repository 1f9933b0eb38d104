// SPDX-License-Identifier: Apache-2.0
#include "tests/support/mariadb_server.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>

namespace weir::support {
namespace {

constexpr ServerScript kScript = {"MariaDB", WEIR_SOURCE_DIR "/tests/servers/mariadb/mariadb.sh", SIGKILL};
constexpr const char* kPassword = WEIR_SOURCE_DIR "/tests/servers/mariadb/password.txt";
constexpr const char* kPasswordVariable = "WEIR_TEST_PASSWORD";

std::string run_sql(const mysql::Target& target, std::string_view text) {
  auto connection = mysql::Connection::open(target);
  if (!connection) return connection.error().to_string();
  std::string last;
  while (!text.empty()) {
    const auto end = text.find(";\n");
    const auto rows = connection->execute(std::string(text.substr(0, end)));
    if (!rows) return rows.error().to_string();
    last = text_of_rows(*rows);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
  }
  return last;
}

}  // namespace

MariadbServer::MariadbServer(std::string folder, int port, std::string password)
    : folder_(std::move(folder)),
      port_(port),
      environment_(std::map<std::string, std::string>{{kPasswordVariable, std::move(password)}}) {}

MariadbServer MariadbServer::in(const std::string& folder) {
  const auto port = first_line(folder + "/port");
  return {folder, port.empty() ? 0 : std::stoi(port), first_line(kPassword)};
}

const ServerScript& MariadbServer::script() { return kScript; }

const MariadbServer& MariadbServer::shared() {
  static const auto server = shared_server<MariadbServer>(WEIR_MARIADB_FOLDER);
  return server;
}

mysql::MysqlOptions MariadbServer::options() const {
  mysql::MysqlOptions options;
  options.host = "127.0.0.1";
  options.port = static_cast<std::uint16_t>(port_);
  options.database = "weir";
  options.user = "weir";
  options.password = {config::SecretPlace::Environment, kPasswordVariable, {}};
  options.tls = mysql::TlsMode::Disable;
  return options;
}

mysql::Target MariadbServer::target() const { return *mysql::target_of(options(), environment_); }

std::string MariadbServer::password() const { return environment_.get(kPasswordVariable).value_or(""); }

std::string MariadbServer::sql(const std::string& text, const std::string& database) const {
  auto to = target();
  to.database = database;
  return run_sql(to, text);
}

MariadbDatabase::MariadbDatabase(const MariadbServer& server) : server_(server) {
  static std::atomic<int> number = 0;
  name_ = fmt::format("test {} {}", ::getpid(), ++number);
  server_.sql("CREATE DATABASE " + mysql::identifier(name_) + " CHARACTER SET utf8mb4");
}

MariadbDatabase::~MariadbDatabase() { server_.sql("DROP DATABASE IF EXISTS " + mysql::identifier(name_)); }

mysql::MysqlOptions MariadbDatabase::options() const {
  auto options = server_.options();
  options.database = name_;
  return options;
}

}  // namespace weir::support

// SPDX-License-Identifier: Apache-2.0
#include "tests/support/postgres_server.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>

#include "base/text.h"

namespace weir::support {
namespace {

constexpr ServerScript kScript = {"PostgreSQL", WEIR_SOURCE_DIR "/tests/servers/postgres/postgres.sh",
                                  SIGQUIT};
constexpr const char* kPassword = WEIR_SOURCE_DIR "/tests/servers/postgres/password.txt";
constexpr const char* kPasswordVariable = "WEIR_TEST_PASSWORD";

std::string run_sql(const postgres::PostgresOptions& options, const io::Environment& environment,
                    const std::string& text) {
  auto target = postgres::target_of(options, environment);
  if (!target) return target.error().to_string();
  target->session_sql = postgres::session_sql(options);
  auto connection = postgres::Connection::open(*target);
  if (!connection) return connection.error().to_string();
  const auto rows = connection->execute(text);
  return rows ? text_of_rows(*rows) : rows.error().to_string();
}

}  // namespace

PostgresServer::PostgresServer(std::string folder, int port, std::string password)
    : folder_(std::move(folder)),
      port_(port),
      environment_(std::map<std::string, std::string>{{kPasswordVariable, std::move(password)}}) {}

PostgresServer PostgresServer::in(const std::string& folder) {
  const auto port = first_line(folder + "/port");
  return {folder, port.empty() ? 0 : std::stoi(port), first_line(kPassword)};
}

const ServerScript& PostgresServer::script() { return kScript; }

const PostgresServer& PostgresServer::shared() {
  static const auto server = shared_server<PostgresServer>(WEIR_POSTGRES_FOLDER);
  return server;
}

postgres::PostgresOptions PostgresServer::options() const {
  postgres::PostgresOptions options;
  options.host = "127.0.0.1";
  options.port = static_cast<std::uint16_t>(port_);
  options.database = "weir";
  options.user = "weir";
  options.password = {config::SecretPlace::Environment, kPasswordVariable, {}};
  options.tls = postgres::TlsMode::Disable;
  return options;
}

std::string PostgresServer::password() const { return environment_.get(kPasswordVariable).value_or(""); }

std::string PostgresServer::sql(const std::string& text) const {
  return run_sql(options(), environment_, text);
}

PostgresSchema::PostgresSchema(const PostgresServer& server) : server_(server) {
  static std::atomic<int> number = 0;
  name_ = fmt::format("Test {} {}", ::getpid(), ++number);
  server_.sql("CREATE SCHEMA " + sql_identifier(name_));
}

PostgresSchema::~PostgresSchema() {
  server_.sql("DROP SCHEMA IF EXISTS " + sql_identifier(name_) + " CASCADE");
}

postgres::PostgresOptions PostgresSchema::options() const {
  auto options = server_.options();
  options.schema = name_;
  return options;
}

std::string PostgresSchema::sql(const std::string& text) const {
  return server_.sql("SET search_path TO " + sql_identifier(name_) + ", public; " + text);
}

}  // namespace weir::support

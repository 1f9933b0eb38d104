// SPDX-License-Identifier: Apache-2.0
#include "tests/support/postgres_server.h"

#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>

#include "base/text.h"

namespace weir::support {
namespace {

constexpr const char* kScript = WEIR_SOURCE_DIR "/tests/servers/postgres/postgres.sh";
constexpr const char* kPassword = WEIR_SOURCE_DIR "/tests/servers/postgres/password.txt";
constexpr const char* kPasswordVariable = "WEIR_TEST_PASSWORD";

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

[[noreturn]] void give_up(const std::string& reason) {
  fmt::print(stderr, "the PostgreSQL server for tests cannot be had: {}\n", reason);
  ::_exit(1);
}

pid_t start(const std::string& action, const std::string& folder) {
  const auto child = ::fork();
  if (child != 0) return child;
  ::execl("/usr/bin/env", "env", "bash", kScript, action.c_str(), folder.c_str(), nullptr);
  ::_exit(127);
}

/// A server of this program, stopped with it.
class OwnServer {
 public:
  OwnServer() {
    auto pattern = (std::filesystem::temp_directory_path() / "weir-postgres-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) give_up("no folder for it can be made");
    folder_ = pattern;
    int status = 0;
    ::waitpid(start("init", folder_), &status, 0);
    if (status != 0) give_up("its data cannot be made; the lines above say why");
    server_ = start("run", folder_);
  }
  ~OwnServer() {
    ::kill(server_, SIGQUIT);
    ::waitpid(server_, nullptr, 0);
    std::filesystem::remove_all(folder_);
  }
  OwnServer(const OwnServer&) = delete;
  OwnServer& operator=(const OwnServer&) = delete;
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
  pid_t server_ = -1;
};

std::string shown(const postgres::Rows& rows) {
  std::string text;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t column = 0; column < rows.columns(); ++column) {
      if (column > 0) text += '|';
      text += rows.is_null(row, column) ? "NULL" : rows.text(row, column);
    }
    text += '\n';
  }
  return text;
}

std::string run_sql(const postgres::PostgresOptions& options, const io::Environment& environment,
                    const std::string& text) {
  auto target = postgres::target_of(options, environment);
  if (!target) return target.error().to_string();
  target->session_sql = postgres::session_sql(options);
  auto connection = postgres::Connection::open(*target);
  if (!connection) return connection.error().to_string();
  const auto rows = connection->execute(text);
  return rows ? shown(*rows) : rows.error().to_string();
}

}  // namespace

PostgresServer::PostgresServer(std::string folder, int port, std::string password)
    : folder_(std::move(folder)),
      port_(port),
      environment_(std::map<std::string, std::string>{{kPasswordVariable, std::move(password)}}) {}

const PostgresServer& PostgresServer::shared() {
  static std::optional<OwnServer> own;
  static const PostgresServer server = [] {
    const auto at = [](const std::string& folder) {
      const auto port = first_line(folder + "/port");
      return PostgresServer(folder, port.empty() ? 0 : std::stoi(port), first_line(kPassword));
    };
    auto of_ctest = at(WEIR_POSTGRES_FOLDER);
    if (of_ctest.port() != 0 && of_ctest.sql("SELECT 1") == "1\n") return of_ctest;
    own.emplace();
    auto made = at(own->folder());
    constexpr int kTries = 500;
    for (int i = 0; made.sql("SELECT 1") != "1\n"; ++i) {
      if (i == kTries) give_up(made.sql("SELECT 1"));
      ::usleep(20'000);  // it says nowhere that it is ready
    }
    return made;
  }();
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

// SPDX-License-Identifier: Apache-2.0
#include "tests/support/mariadb_server.h"

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

namespace weir::support {
namespace {

constexpr const char* kScript = WEIR_SOURCE_DIR "/tests/servers/mariadb/mariadb.sh";
constexpr const char* kPassword = WEIR_SOURCE_DIR "/tests/servers/mariadb/password.txt";
constexpr const char* kPasswordVariable = "WEIR_TEST_PASSWORD";

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

[[noreturn]] void give_up(const std::string& reason) {
  fmt::print(stderr, "the MariaDB server for tests cannot be had: {}\n", reason);
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
    auto pattern = (std::filesystem::temp_directory_path() / "weir-mariadb-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) give_up("no folder for it can be made");
    folder_ = pattern;
    int status = 0;
    ::waitpid(start("init", folder_), &status, 0);
    if (status != 0) give_up("its data cannot be made; the lines above say why");
    server_ = start("run", folder_);
  }
  ~OwnServer() {
    ::kill(server_, SIGKILL);
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

std::string shown(const mysql::Rows& rows) {
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

std::string run_sql(const mysql::Target& target, std::string_view text) {
  auto connection = mysql::Connection::open(target);
  if (!connection) return connection.error().to_string();
  std::string last;
  while (!text.empty()) {
    const auto end = text.find(";\n");
    const auto rows = connection->execute(std::string(text.substr(0, end)));
    if (!rows) return rows.error().to_string();
    last = shown(*rows);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
  }
  return last;
}

}  // namespace

MariadbServer::MariadbServer(std::string folder, int port, std::string password)
    : folder_(std::move(folder)),
      port_(port),
      environment_(std::map<std::string, std::string>{{kPasswordVariable, std::move(password)}}) {}

const MariadbServer& MariadbServer::shared() {
  static std::optional<OwnServer> own;
  static const MariadbServer server = [] {
    const auto at = [](const std::string& folder) {
      const auto port = first_line(folder + "/port");
      return MariadbServer(folder, port.empty() ? 0 : std::stoi(port), first_line(kPassword));
    };
    auto of_ctest = at(WEIR_MARIADB_FOLDER);
    if (of_ctest.port() != 0 && of_ctest.sql("SELECT 1") == "1\n") return of_ctest;
    own.emplace();
    auto made = at(own->folder());
    constexpr int kTries = 1000;
    for (int i = 0; made.sql("SELECT 1") != "1\n"; ++i) {
      if (i == kTries) give_up(made.sql("SELECT 1"));
      ::usleep(20'000);  // it says nowhere that it is ready
    }
    return made;
  }();
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

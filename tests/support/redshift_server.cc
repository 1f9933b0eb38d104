// SPDX-License-Identifier: Apache-2.0
#include "tests/support/redshift_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <vector>

#include "tests/support/postgres_server.h"
#include "tests/support/s3_server.h"

namespace weir::support {
namespace {

constexpr const char* kProgram = WEIR_SOURCE_DIR "/tests/servers/redshift/redshift_stand_in.py";

[[noreturn]] void give_up(const std::string& reason) {
  fmt::print(stderr, "the stand-in for Redshift cannot be had: {}\n", reason);
  ::_exit(1);
}

std::string role_argument(const char* role, const char* key, const char* secret) {
  return fmt::format("{}={}:{}", role, key, secret);
}

bool is_listening(int port) {
  const int connection = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  address.sin_port = ::htons(static_cast<std::uint16_t>(port));
  const int result = ::connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::close(connection);
  return result == 0;
}

/// The port of ctest's stand-in; 0 when there is none.
int port_of_ctest() {
  std::ifstream file(WEIR_REDSHIFT_FOLDER "/port");
  int port = 0;
  file >> port;
  return port != 0 && is_listening(port) ? port : 0;
}

/// A database of this program, behind ctest's stand-in or one of its own, gone with it.
class StandIn {
 public:
  StandIn() : database_(fmt::format("redshift_{}", ::getpid())), port_(port_of_ctest()) {
    const auto of_template = port_ == 0 ? "" : " TEMPLATE redshift_template";
    const auto made = PostgresServer::shared().sql("CREATE DATABASE " + database_ + of_template);
    if (!made.empty()) give_up(made);
    if (port_ != 0) return;
    int ends[2];
    if (::pipe(ends) != 0) give_up("no pipe");
    process_ = ::fork();
    if (process_ == 0) run(ends[1]);
    ::close(ends[1]);
    auto* output = ::fdopen(ends[0], "r");
    if (std::fscanf(output, "listening on %d", &port_) != 1) give_up("it ended; the lines above say why");
    std::fclose(output);
  }
  ~StandIn() {
    if (process_ > 0) {
      ::kill(process_, SIGTERM);
      ::waitpid(process_, nullptr, 0);
    }
    PostgresServer::shared().sql("DROP DATABASE " + database_ + " WITH (FORCE)");
  }
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;

  const std::string& database() const { return database_; }
  int port() const { return port_; }

 private:
  [[noreturn]] static void run(int output) {
    const auto& postgres = PostgresServer::shared();
    const auto& s3 = S3Server::shared();
    const std::vector<std::string> arguments = {
        "/usr/bin/python3",
        "-B",
        kProgram,
        "--postgres-port",
        std::to_string(postgres.port()),
        "--superuser",
        postgres.options().user,
        "--s3-endpoint",
        s3.endpoint(),
        "--region",
        S3Server::kRegion,
        "--role",
        role_argument(RedshiftServer::kRole, S3Server::kAccessKey, S3Server::kSecret),
        "--role",
        role_argument(RedshiftServer::kGuestRole, S3Server::kGuestKey, S3Server::kGuestSecret)};
    std::vector<char*> raw;
    for (const auto& argument : arguments) raw.push_back(const_cast<char*>(argument.c_str()));
    raw.push_back(nullptr);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    ::setenv("PGPASSWORD", postgres.password().c_str(), 1);
    ::dup2(output, STDOUT_FILENO);
    ::execv(raw[0], raw.data());
    ::_exit(127);
  }

  std::string database_;
  pid_t process_ = -1;
  int port_;
};

std::string run_sql(const postgres::PostgresOptions& options, const std::string& before,
                    const std::string& text) {
  auto target = postgres::target_of(options, PostgresServer::shared().environment());
  if (!target) return target.error().to_string();
  target->session_sql = before;
  auto connection = postgres::Connection::open(*target);
  if (!connection) return connection.error().to_string();
  const auto rows = connection->execute(text);
  return rows ? text_of_rows(*rows) : rows.error().to_string();
}

}  // namespace

const RedshiftServer& RedshiftServer::shared() {
  // The servers behind it are made first, so that they end last.
  PostgresServer::shared();
  S3Server::shared();
  static const StandIn stand_in;
  static const RedshiftServer server(stand_in.database(), stand_in.port());
  return server;
}

const io::Environment& RedshiftServer::environment() const { return PostgresServer::shared().environment(); }

postgres::PostgresOptions RedshiftServer::options() const {
  auto options = PostgresServer::shared().options();
  options.port = static_cast<std::uint16_t>(port_);
  options.database = database_;
  return options;
}

std::string RedshiftServer::sql(const std::string& text) const { return run_sql(options(), "", text); }

std::string RedshiftServer::postgres_sql(const std::string& text) const {
  auto options = PostgresServer::shared().options();
  options.database = database_;
  return run_sql(options, "", text);
}

RedshiftSchema::RedshiftSchema() {
  static std::atomic<int> number = 0;
  name_ = fmt::format("test_{}_{}", ::getpid(), ++number);
  RedshiftServer::shared().sql("CREATE SCHEMA " + name_);
}

RedshiftSchema::~RedshiftSchema() {
  RedshiftServer::shared().postgres_sql("DROP SCHEMA " + name_ + " CASCADE");
}

std::string RedshiftSchema::sql(const std::string& text) const {
  return run_sql(RedshiftServer::shared().options(), "SET search_path TO " + name_, text);
}

}  // namespace weir::support

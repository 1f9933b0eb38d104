// SPDX-License-Identifier: Apache-2.0
// Logging in: MySQL 8's caching_sha2_password on every way, and TLS with a real server.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "protocols/mysql/connection.h"
#include "tests/support/mariadb_server.h"

namespace weir::mysql {
namespace {

using support::MariadbServer;

/// The stand-in for MySQL 8 (tests/servers/mysql), with a folder of its own.
class LoginServer {
 public:
  explicit LoginServer(const std::vector<std::string>& options) {
    auto pattern = (std::filesystem::temp_directory_path() / "weir-mysql-XXXXXX").string();
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    process_ = ::fork();
    if (process_ == 0) run(options, ends[1]);
    ::close(ends[1]);
    output_ = ends[0];
    const auto ready = line();
    EXPECT_EQ(std::sscanf(ready.c_str(), "listening on %hu", &port_), 1) << ready;
  }
  ~LoginServer() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    ::close(output_);
    std::filesystem::remove_all(folder_);
  }
  LoginServer(const LoginServer&) = delete;
  LoginServer& operator=(const LoginServer&) = delete;

  Target target(TlsMode tls, const std::string& password) const {
    Target target;
    target.host = "localhost";
    target.port = port_;
    target.user = "weir";
    target.password = Secret(password);
    target.tls = tls;
    target.shown = "weir@localhost";
    return target;
  }
  std::string certificate() const { return (folder_ / "tls.crt").string(); }
  /// What it has said of the logins, of which there was one at least.
  std::string told() const {
    auto text = line();
    ::fcntl(output_, F_SETFL, O_NONBLOCK);
    return text + line();
  }

 private:
  /// The next line of its output, or what there is of it at its end.
  std::string line() const {
    std::string text;
    for (char c = 0; c != '\n' && ::read(output_, &c, 1) == 1;) text += c;
    return text;
  }
  [[noreturn]] void run(const std::vector<std::string>& options, int output) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(output, STDOUT_FILENO);
    const auto folder = folder_.string();
    std::vector<const char*> words = {"python3", WEIR_SOURCE_DIR "/tests/servers/mysql/login_server.py",
                                      folder.c_str(), WEIR_SOURCE_DIR "/tests/servers/mariadb/password.txt"};
    for (const auto& option : options) words.push_back(option.c_str());
    words.push_back(nullptr);
    ::execv("/usr/bin/python3", const_cast<char* const*>(words.data()));
    ::_exit(127);
  }

  std::filesystem::path folder_;
  pid_t process_ = -1;
  int output_ = -1;
  std::uint16_t port_ = 0;
};

std::string password() {
  std::ifstream file(WEIR_SOURCE_DIR "/tests/servers/mariadb/password.txt");
  std::string line;
  std::getline(file, line);
  return line;
}

/// The first value of a SELECT, or the error.
std::string ask(const Target& target, const std::string& sql = "SELECT v") {
  auto connection = Connection::open(target);
  if (!connection)
    return fmt::format("{}: {}", name(connection.error().code()), connection.error().to_string());
  const auto rows = connection->execute(sql);
  return rows ? std::string(rows->text(0, 0)) : rows.error().to_string();
}

TEST(MysqlLogin, a_known_password_is_proved_by_its_hash) {
  const LoginServer server({"--known"});
  EXPECT_EQ(ask(server.target(TlsMode::Disable, password())), "hello");
  EXPECT_EQ(server.told(), "plain fast\n");
}

TEST(MysqlLogin, an_unknown_password_goes_through_tls) {
  const LoginServer server({"--tls"});
  auto target = server.target(TlsMode::VerifyFull, password());
  target.tls_root_certificate = server.certificate();
  EXPECT_EQ(ask(target), "hello");
  EXPECT_EQ(server.told(), "tls full\n");
}

TEST(MysqlLogin, an_unknown_password_without_tls_is_encrypted_for_the_server) {
  const LoginServer server({});
  EXPECT_EQ(ask(server.target(TlsMode::Disable, password())), "hello");
  EXPECT_EQ(server.told(), "rsa full\n");
}

TEST(MysqlLogin, a_wrong_password_is_refused_without_being_shown) {
  const LoginServer server({});
  const auto told = ask(server.target(TlsMode::Disable, "not the password"));
  EXPECT_EQ(told.substr(0, 18), "permission_denied:") << told;
  EXPECT_EQ(told.find("not the password"), std::string::npos) << told;
  EXPECT_NE(told.find("weir@localhost"), std::string::npos) << told;
}

TEST(MysqlLogin, tls_that_the_server_does_not_offer_is_an_error) {
  const LoginServer server({"--known"});
  for (const auto mode : {TlsMode::Require, TlsMode::VerifyFull}) {
    const auto told = ask(server.target(mode, password()));
    EXPECT_EQ(told.substr(0, 15), "invalid_config:") << told;
    EXPECT_NE(told.find("TLS"), std::string::npos) << told;
  }
}

TEST(MysqlLogin, a_password_with_a_nul_is_refused) {
  Target target;
  target.password = Secret(std::string("a\0b", 3));
  EXPECT_NE(ask(target).find("NUL"), std::string::npos);
}

TEST(MariadbLogin, takes_a_password_with_every_awkward_character) {
  EXPECT_EQ(ask(MariadbServer::shared().target(), "SELECT 1"), "1");
}

TEST(MariadbLogin, goes_through_the_socket) {
  auto target = MariadbServer::shared().target();
  target.host.clear();
  target.socket = MariadbServer::shared().socket();
  EXPECT_EQ(ask(target, "SELECT 1"), "1");
}

TEST(MariadbLogin, is_encrypted_when_that_is_required) {
  auto target = MariadbServer::shared().target();
  target.tls = TlsMode::Require;
  EXPECT_EQ(ask(target,
                "SELECT VARIABLE_VALUE <> '' FROM information_schema.SESSION_STATUS WHERE "
                "VARIABLE_NAME = 'Ssl_cipher'"),
            "1");
}

TEST(MariadbLogin, verifies_the_authority_and_the_host) {
  auto target = MariadbServer::shared().target();
  target.tls = TlsMode::VerifyFull;
  target.host = "localhost";
  const auto of_the_system = ask(target, "SELECT 1");
  EXPECT_EQ(of_the_system.substr(0, 15), "invalid_config:") << of_the_system;
  target.tls_root_certificate = MariadbServer::shared().certificate();
  EXPECT_EQ(ask(target, "SELECT 1"), "1");
  target.host = "127.0.0.1";  // the certificate is made for localhost
  const auto other_host = ask(target, "SELECT 1");
  EXPECT_EQ(other_host.substr(0, 15), "invalid_config:") << other_host;
}

TEST(MariadbLogin, a_server_that_is_not_there_is_unavailable) {
  auto target = MariadbServer::shared().target();
  target.port = 1;
  const auto told = ask(target, "SELECT 1");
  EXPECT_EQ(told.substr(0, 12), "unavailable:") << told;
}

TEST(MariadbLogin, a_server_that_says_nothing_is_given_up_in_time) {
  const auto listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener, 1), 0);  // connections are made, and nobody takes them
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  auto target = MariadbServer::shared().target();
  target.port = ntohs(address.sin_port);
  target.connect_timeout = std::chrono::seconds(1);
  const auto told = ask(target, "SELECT 1");
  EXPECT_EQ(told.substr(0, 12), "unavailable:") << told;
  ::close(listener);
}

TEST(MariadbLogin, an_unknown_database_is_not_found) {
  auto target = MariadbServer::shared().target();
  target.database = "looker";
  const auto told = ask(target, "SELECT 1");
  EXPECT_EQ(told.substr(0, 10), "not_found:") << told;
  EXPECT_NE(told.find("looker"), std::string::npos) << told;
}

}  // namespace
}  // namespace weir::mysql

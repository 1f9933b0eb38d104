// SPDX-License-Identifier: Apache-2.0
// Logins that are refused, sessions that are ended, answers that are lost.
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

#include "base/text.h"
#include "connectors/postgres/test_database.h"

namespace weir::postgres {
namespace {

using conformance::schema_of;

using PostgresFailure = PostgresDestinationTest;

sdk::TableTarget people() { return {.table = "people", .schema = schema_of("id integer")}; }

/// A way to the server on which the answer to the first COMMIT gets lost, or the COMMIT itself.
class LossyWay {
 public:
  enum class Loses { Answer, Request };

  LossyWay(int server_port, Loses loses) : server_port_(server_port), loses_(loses) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    auto address = loopback(0);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 8);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::jthread([this] { accept_all(); });
  }
  ~LossyWay() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (auto& connection : connections_) connection.request_stop();
    connections_.clear();
    ::close(listener_);
  }
  LossyWay(const LossyWay&) = delete;
  LossyWay& operator=(const LossyWay&) = delete;
  int port() const { return port_; }

 private:
  static sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  void accept_all() {
    for (int client = 0; (client = ::accept(listener_, nullptr, nullptr)) >= 0;) {
      connections_.emplace_back([this, client](const std::stop_token& stop) { carry(client, stop); });
    }
  }
  void carry(int client, const std::stop_token& stop) {
    const int server = ::socket(AF_INET, SOCK_STREAM, 0);
    const auto address = loopback(server_port_);
    ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    std::array<char, 65536> bytes;
    bool lost = false;
    while (!stop.stop_requested()) {
      std::array<pollfd, 2> ends = {pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
      if (::poll(ends.data(), ends.size(), 10) <= 0) continue;
      if (ends[0].revents != 0) {
        const auto size = ::read(client, bytes.data(), bytes.size());
        if (size <= 0) break;
        const std::string_view sent(bytes.data(), static_cast<std::size_t>(size));
        const bool commits = sent.find("COMMIT") != std::string_view::npos && armed_ && !done_.exchange(true);
        if (commits && loses_ == Loses::Request) break;
        lost = lost || commits;
        if (::write(server, bytes.data(), static_cast<std::size_t>(size)) != size) break;
      }
      if (ends[1].revents != 0) {
        const auto size = ::read(server, bytes.data(), bytes.size());
        if (size <= 0 || lost) break;
        if (::write(client, bytes.data(), static_cast<std::size_t>(size)) != size) break;
      }
    }
    ::close(client);
    ::close(server);
  }

 public:
  void arm() { armed_ = true; }

 private:
  int server_port_;
  Loses loses_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> armed_ = false;
  std::atomic<bool> done_ = false;
  std::vector<std::jthread> connections_;
  std::jthread acceptor_;
};

class PostgresLostCommit : public PostgresDestinationTest {
 protected:
  Result<void> publish_over(LossyWay::Loses loses) {
    LossyWay way(schema_.server().port(), loses);
    auto options = schema_.options();
    options.port = static_cast<std::uint16_t>(way.port());
    const auto destination = make_postgres_destination(options, {}, schema_.server().environment());
    const auto wanted = request("1", conformance::whole(), people());
    auto begun = destination->begin(wanted);
    if (!begun) return Failure(begun.error());
    way.arm();
    const conformance::TestRows rows(people().schema, {{"1"}});
    TRY((*begun)->write(0, rows.view()));
    return (*begun)->publish({entry(wanted, 1)});
  }
};

TEST_F(PostgresLostCommit, a_lost_answer_to_commit_is_found_out) {
  const auto published = publish_over(LossyWay::Loses::Answer);
  EXPECT_TRUE(published.ok()) << published.error().to_string();
  EXPECT_EQ(sql("SELECT id FROM people"), "1\n");
}

TEST_F(PostgresLostCommit, a_commit_that_never_arrived_is_found_out) {
  const auto published = publish_over(LossyWay::Loses::Request);
  ASSERT_FALSE(published.ok());
  EXPECT_EQ(published.error().code(), ErrorCode::Unavailable) << published.error().to_string();
  EXPECT_EQ(sql("SELECT to_regclass('people') IS NULL"), "t\n");
  EXPECT_EQ(load("1", people(), {{"1"}}), "");
  EXPECT_EQ(sql("SELECT id FROM people"), "1\n");
}

TEST_F(PostgresFailure, a_load_whose_session_is_ended_leaves_nothing) {
  EXPECT_EQ(load("1", people(), {{"1"}}), "");
  auto begun = destination_->begin(request("2", conformance::whole(), people()));
  ASSERT_TRUE(begun.ok());
  const conformance::TestRows rows(people().schema, std::vector<conformance::Row>(50'000, {"2"}));
  ASSERT_TRUE((*begun)->write(0, rows.view()).ok());
  sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'people'::regclass AND pid <> "
      "pg_backend_pid()");
  Result<void> ended;
  for (int i = 0; i < 1000 && ended.ok(); ++i) {
    const auto written = (*begun)->write(0, rows.view());
    if (!written) ended = Failure(written.error());
  }
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(ended.error().code(), ErrorCode::Unavailable) << ended.error().to_string();
  EXPECT_EQ((*begun)->publish({}).error().code(), ErrorCode::Unavailable);
  EXPECT_EQ(sql("SELECT id FROM people"), "1\n");
  EXPECT_EQ(load("2", people(), {{"2"}}), "");
  EXPECT_EQ(sql("SELECT id FROM people ORDER BY id"), "1\n2\n");
}

TEST_F(PostgresFailure, X_4_a_password_of_awkward_characters_logs_in) {
  EXPECT_NE(schema_.server().password().find_first_of("'\"\\ =@:/?#&;%"), std::string::npos);
  EXPECT_TRUE(destination_->check().ok());
}

TEST_F(PostgresFailure, a_wrong_password_is_not_unavailable) {
  auto options = schema_.options();
  options.password = {config::SecretPlace::Environment, "WRONG", {}};
  const io::FixedEnvironment environment(std::map<std::string, std::string>{{"WRONG", "not it"}});
  const auto error = make_postgres_destination(options, {}, environment)->check().error();
  EXPECT_EQ(error.code(), ErrorCode::PermissionDenied) << error.to_string();
  EXPECT_EQ(error.to_string().find("not it"), std::string::npos) << error.to_string();
}

TEST_F(PostgresFailure, a_server_that_is_away_is_unavailable) {
  auto options = schema_.options();
  options.port = 1;
  const auto error = make_postgres_destination(options, {}, schema_.server().environment())->check().error();
  EXPECT_EQ(error.code(), ErrorCode::Unavailable) << error.to_string();
  EXPECT_NE(error.to_string().find("weir@127.0.0.1:1/weir"), std::string::npos) << error.to_string();
}

TEST_F(PostgresFailure, a_certificate_is_checked_when_that_is_asked) {
  auto options = schema_.options();
  options.host = "localhost";
  options.tls = TlsMode::VerifyFull;
  options.tls_root_certificate = schema_.server().certificate();
  const auto& environment = schema_.server().environment();
  const auto checked = make_postgres_destination(options, {}, environment)->check();
  EXPECT_TRUE(checked.ok()) << checked.error().to_string();
  options.host = "127.0.0.1";  // the certificate is made for another name
  const auto error = make_postgres_destination(options, {}, environment)->check().error();
  EXPECT_EQ(error.code(), ErrorCode::PermissionDenied) << error.to_string();
}

TEST_F(PostgresFailure, a_missing_grant_is_shown) {
  sql("CREATE TABLE people (id bigint)");
  const auto role = fmt::format("reader_{}", ::getpid());
  schema_.server().sql(fmt::format("CREATE ROLE {} LOGIN PASSWORD 'x'", role));
  auto options = schema_.options();
  options.user = role;
  options.password = {config::SecretPlace::Environment, "PW", {}};
  const io::FixedEnvironment environment(std::map<std::string, std::string>{{"PW", "x"}});
  const auto destination = make_postgres_destination(options, {}, environment);
  const auto error = destination->check().error();
  EXPECT_EQ(error.code(), ErrorCode::PermissionDenied);
  EXPECT_NE(error.message().find("GRANT USAGE, CREATE ON SCHEMA"), std::string::npos) << error.message();
  EXPECT_EQ(destination->begin(request("1", conformance::whole(), people())).error().code(),
            ErrorCode::PermissionDenied);
  schema_.server().sql("DROP ROLE " + role);
}

}  // namespace
}  // namespace weir::postgres

// SPDX-License-Identifier: Apache-2.0
#include "io/http_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "base/text.h"

namespace weir::io {
namespace {

/// A server on the loopback interface that gives one fixed answer to one client.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer)
      : answer_(std::move(answer)), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~OneAnswer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  std::string url(const std::string& path) const { return fmt::format("http://127.0.0.1:{}{}", port_, path); }
  /// What the client sent; complete once it has its answer.
  const std::string& request() const { return request_; }

 private:
  void serve() {
    const int client = accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    char buffer[4096];
    while (request_.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = recv(client, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      request_.append(buffer, static_cast<std::size_t>(got));
    }
    (void)!write(client, answer_.data(), answer_.size());
    close(client);
  }

  std::string answer_;
  int listener_;
  int port_ = 0;
  std::string request_;
  std::thread thread_;
};

std::unique_ptr<CurlHttpClient> client(HttpLimits limits = {}) {
  auto opened = CurlHttpClient::open(limits);
  return opened.ok() ? *std::move(opened) : nullptr;
}

TEST(CurlHttpClient, sends_and_receives) {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Thing: yes\r\n\r\nhello");
  const auto answer =
      client()->send({.url = server.url("/a?b=c"), .headers = {{"Authorization", "Bearer t"}}});
  ASSERT_TRUE(answer.ok()) << answer.error().to_string();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "hello");
  EXPECT_EQ(answer->header("x-thing"), "yes");
  EXPECT_EQ(answer->header("absent"), std::nullopt);
  EXPECT_NE(server.request().find("GET /a?b=c HTTP/1.1"), std::string::npos);
  EXPECT_NE(server.request().find("Authorization: Bearer t"), std::string::npos);
  EXPECT_NE(server.request().find("User-Agent: weir/"), std::string::npos);
}

TEST(CurlHttpClient, does_not_follow_redirects) {
  OneAnswer server("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  const auto answer = client()->send({.url = server.url("/"), .headers = {{"Authorization", "Bearer t"}}});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 302);
}

TEST(CurlHttpClient, leaves_stored_bytes_as_they_are) {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello");
  const auto answer = client()->send({.url = server.url("/"), .body_coding = BodyCoding::AsSent});
  ASSERT_TRUE(answer.ok()) << answer.error().to_string();
  EXPECT_EQ(answer->body, "hello");
  EXPECT_EQ(server.request().find("Accept-Encoding"), std::string::npos);
}

TEST(CurlHttpClient, tells_when_the_body_is_cut_short) {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello");
  const auto answer = client()->send({.url = server.url("/")});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code(), ErrorCode::Unavailable);
  EXPECT_NE(answer.error().message().find("127.0.0.1"), std::string::npos);
}

TEST(CurlHttpClient, refuses_a_body_above_the_limit) {
  OneAnswer server("HTTP/1.1 200 OK\r\n\r\n" + std::string(2000, 'x'));
  const auto answer = client({.body_bytes = 1000})->send({.url = server.url("/")});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code(), ErrorCode::DataMismatch);
}

TEST(CurlHttpClient, names_the_host_that_refuses_the_connection_but_no_credentials) {
  const auto answer = client()->send({.url = "http://user:hunter2@127.0.0.1:1/?token=hunter2",
                                      .headers = {{"Authorization", "Bearer hunter2"}}});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code(), ErrorCode::Unavailable);
  EXPECT_NE(answer.error().message().find("cannot connect to 127.0.0.1:1"), std::string::npos);
  EXPECT_EQ(answer.error().message().find("hunter2"), std::string::npos);
}

TEST(CurlHttpClient, gives_up_on_a_server_that_never_answers) {
  const int silent = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(silent, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(silent, 1), 0);
  ASSERT_EQ(getsockname(silent, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const auto answer = client()->send({.url = fmt::format("http://127.0.0.1:{}/", ntohs(address.sin_port)),
                                      .timeout = std::chrono::milliseconds(20)});
  close(silent);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code(), ErrorCode::Unavailable);
  EXPECT_NE(answer.error().message().find("did not answer in time"), std::string::npos);
}

/// A server on the loopback interface that answers every request and keeps connections open.
class KeepingServer {
 public:
  KeepingServer() : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 8), 0);
    EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] {
      for (int client; (client = accept(listener_, nullptr, nullptr)) >= 0;) {
        ++connections_;
        serving_.emplace_back([this, client] { serve(client); });
      }
    });
  }
  /// All clients must be gone.
  ~KeepingServer() {
    shutdown(listener_, SHUT_RDWR);
    accepting_.join();
    close(listener_);
    for (auto& thread : serving_) thread.join();
  }

  std::string url(const std::string& path) const { return fmt::format("http://127.0.0.1:{}{}", port_, path); }
  int connections() const { return connections_; }
  /// The heads of all requests.
  std::string requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve(int client) {
    char buffer[4096];
    std::string head;
    for (ssize_t got; (got = recv(client, buffer, sizeof buffer, 0)) > 0;) {
      head.append(buffer, static_cast<std::size_t>(got));
      if (head.find("\r\n\r\n") == std::string::npos) continue;
      const std::lock_guard lock(mutex_);
      requests_ += head;
      head.clear();
      constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
      (void)!write(client, kAnswer.data(), kAnswer.size());
    }
    close(client);
  }

  int listener_;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::string requests_;
  std::thread accepting_;
  std::vector<std::thread> serving_;
};

TEST(CurlHttpClient, uses_connections_again_but_not_for_what_may_not_be_repeated) {
  KeepingServer server;
  const auto http = client();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(http->send({.url = server.url("/")}).ok());
  EXPECT_EQ(server.connections(), 1);
  ASSERT_TRUE(http->send({.method = "POST", .url = server.url("/")}).ok());
  EXPECT_EQ(server.connections(), 2);
}

TEST(CurlHttpClient, forgets_everything_about_the_request_before) {
  KeepingServer server;
  const auto http = client();
  ASSERT_TRUE(http->send({.method = "PUT", .url = server.url("/"), .headers = {{"X-One", "1"}}}).ok());
  const auto before = server.requests().size();
  ASSERT_TRUE(http->send({.method = "HEAD", .url = server.url("/two")}).ok());
  ASSERT_TRUE(http->send({.url = server.url("/three")}).ok());
  const std::string after = server.requests().substr(before);
  EXPECT_EQ(after.find("PUT"), std::string::npos);
  EXPECT_EQ(after.find("X-One"), std::string::npos);
  EXPECT_NE(after.find("HEAD /two"), std::string::npos);
  EXPECT_NE(after.find("GET /three"), std::string::npos);
}

TEST(CurlHttpClient, sends_the_path_as_it_is_and_invents_no_content_type) {
  KeepingServer server;
  const auto http = client();
  ASSERT_TRUE(http->send({.method = "PUT", .url = server.url("/a/../b//c%20d")}).ok());
  EXPECT_NE(server.requests().find("PUT /a/../b//c%20d HTTP/1.1"), std::string::npos);
  EXPECT_EQ(lower(server.requests()).find("content-type"), std::string::npos);
}

TEST(CurlHttpClient, speaks_http_only) {
  for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/", "http://", ""}) {
    const auto answer = client()->send({.url = url});
    ASSERT_FALSE(answer.ok()) << url;
    EXPECT_EQ(answer.error().code(), ErrorCode::InvalidConfig) << url << answer.error().to_string();
  }
}

TEST(CurlHttpClient, refuses_a_header_that_would_become_two) {
  const auto answer = client()->send({.url = "http://127.0.0.1:1/", .headers = {{"X", "a\r\nY: b"}}});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code(), ErrorCode::InvalidConfig);
}

TEST(StatusError, is_chosen_by_what_the_caller_should_do) {
  const auto code = [](int status) { return status_error({status, {}, ""}, "x", {}).code(); };
  EXPECT_EQ(code(401), ErrorCode::Unauthenticated);
  EXPECT_EQ(code(403), ErrorCode::PermissionDenied);
  EXPECT_EQ(code(404), ErrorCode::NotFound);
  EXPECT_EQ(code(429), ErrorCode::RateLimited);
  EXPECT_EQ(code(503), ErrorCode::Unavailable);
  EXPECT_EQ(status_error({403, {}, "Unknown token\n"}, "ipinfo.io", {}).message(),
            "ipinfo.io answered 403: Unknown token");
}

}  // namespace
}  // namespace weir::io

// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fault_proxy.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <cstdio>
#include <utility>

#include "tests/support/fault_proxy_wire.h"

namespace weir::support {
namespace {

constexpr int kLookForStop = 20;  // milliseconds

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A socket that programs which the test starts do not inherit, or it would stay open with them.
int new_socket() { return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }

void send_at_once(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void close_with_reset(int socket) {
  const linger at_once{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(socket);
}

}  // namespace

/// One connection through the proxy.
class FaultProxy::Carrier {
 public:
  Carrier(FaultProxy& proxy, int client, int number) : proxy_(proxy), client_(client), number_(number) {
    const auto address = loopback(proxy.server_port_);
    if (::connect(server_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      end_ = End::Close;
    send_at_once(client_);
    send_at_once(server_);
  }
  ~Carrier() {
    ::close(server_);
    if (end_ == End::Reset) {
      close_with_reset(client_);
    } else {
      ::close(client_);
    }
  }
  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;

  void run(const std::stop_token& stop) {
    while (end_ == End::No && !stop.stop_requested()) {
      std::array<pollfd, 2> ends = {pollfd{client_, POLLIN, 0}, pollfd{server_, POLLIN, 0}};
      // While it stands still, only the client's end matters.
      if (::poll(ends.data(), stands_still_ ? 1 : 2, kLookForStop) <= 0) continue;
      if (ends[1].revents != 0) pass_answer();
      if (end_ == End::No && ends[0].revents != 0) pass_requests(stop);
    }
  }

 private:
  enum class End { No, Close, Reset };

  /// What there is to read; nothing at the end.
  std::string_view read_from(int socket) {
    const auto size = ::recv(socket, buffer_.data(), buffer_.size(), 0);
    if (size > 0) return {buffer_.data(), static_cast<std::size_t>(size)};
    if (end_ == End::No) end_ = size < 0 ? End::Reset : End::Close;
    return {};
  }

  void pass_requests(const std::stop_token& stop) {
    const auto bytes = read_from(client_);
    if (stands_still_) return;
    for (const auto& piece : requests_->take(bytes)) {
      if (piece.begins) begin(*piece.begins, stop);
      pass(piece);
      if (end_ != End::No || stands_still_) return;
    }
  }

  void begin(const std::string& request, const std::stop_token& stop) {
    // The messages of one statement follow one another, and the fault stays until the next one.
    fault_ = proxy_.fate(request, number_);
    passed_ = 0;
    answer_.reset();
    if (!fault_) return;
    if (fault_->kind == Fault::Kind::LoseAnswer) {
      answer_ = proxy_.protocol_ == Protocol::Http ? http_answer(request) : postgres_answer();
    }
    if (fault_->kind != Fault::Kind::Delay) return;
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, stop, fault_->delay, [] { return false; });
  }

  void pass(const RequestPiece& piece) {
    if (fault_ && fault_->kind == Fault::Kind::Answer) {
      if (piece.ends && !send_all(client_, fault_->answer)) end_ = End::Close;
      return;
    }
    forward(server_, piece.bytes, Fault::Side::Request);
  }

  void pass_answer() {
    const auto bytes = read_from(server_);
    if (!answer_) return forward(client_, bytes, Fault::Side::Answer);
    send_all(client_, answer_->take(bytes));
    if (answer_->is_whole()) end_ = End::Reset;
  }

  /// Sends on what the fault lets through.
  void forward(int to, std::string_view bytes, Fault::Side side) {
    const bool counts = fault_ && fault_->side == side && ends_connection(fault_->kind);
    if (!counts) {
      if (!send_all(to, bytes)) end_ = End::Close;
      return;
    }
    const auto through = bytes.substr(0, fault_->bytes - passed_);
    passed_ += through.size();
    send_all(to, through);
    if (passed_ < fault_->bytes) return;
    if (fault_->kind == Fault::Kind::Stall) {
      stands_still_ = true;
      ++proxy_.standing_still_;
    }
    if (fault_->kind == Fault::Kind::Reset) end_ = End::Reset;
    if (fault_->kind == Fault::Kind::Close) end_ = End::Close;
  }

  static bool ends_connection(Fault::Kind kind) {
    return kind == Fault::Kind::Reset || kind == Fault::Kind::Close || kind == Fault::Kind::Stall;
  }

  FaultProxy& proxy_;
  const int client_;
  const int number_;
  const int server_ = new_socket();
  std::unique_ptr<RequestReader> requests_ = proxy_.protocol_ == Protocol::Http    ? http_requests()
                                             : proxy_.protocol_ == Protocol::Mysql ? mysql_requests()
                                                                                   : postgres_requests();
  std::array<char, 65536> buffer_{};
  std::optional<Fault> fault_;
  std::size_t passed_ = 0;  ///< bytes that the fault has let through
  std::unique_ptr<AnswerReader> answer_;
  bool stands_still_ = false;
  End end_ = End::No;
};

std::string s3_error_answer(int status, const std::string& code) {
  const auto body = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>As the test wants "
      "it.</Message></Error>",
      code);
  return fmt::format("HTTP/1.1 {} {}\r\nContent-Type: application/xml\r\nContent-Length: {}\r\n\r\n{}",
                     status, code, body.size(), body);
}

FaultProxy::FaultProxy(Protocol protocol, int server_port)
    : protocol_(protocol), server_port_(server_port), listener_(new_socket()) {
  auto address = loopback(0);
  socklen_t size = sizeof address;
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  constexpr int kWaiting = 64;
  if (::bind(listener_, raw, size) != 0 || ::listen(listener_, kWaiting) != 0 ||
      ::getsockname(listener_, raw, &size) != 0) {
    std::perror("no port for a proxy");
    ::_exit(1);
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { accept_all(); });
}

FaultProxy::~FaultProxy() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (auto& connection : connections_) connection.request_stop();
  connections_.clear();
  ::close(listener_);
}

void FaultProxy::accept_all() {
  int number = 0;
  for (int client = 0; (client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
    ++number;
    if (fate(std::nullopt, number)) {
      close_with_reset(client);
      continue;
    }
    connections_.emplace_back([this, client, number](const std::stop_token& stop) {
      auto carrier = std::make_unique<Carrier>(*this, client, number);
      carrier->run(stop);
    });
  }
}

std::optional<Fault> FaultProxy::fate(const std::optional<std::string>& request, int connection) {
  const std::lock_guard lock(mutex_);
  if (request) requests_ += *request + "\n";
  for (auto& fault : faults_) {
    if ((fault.kind == Fault::Kind::Refuse) == request.has_value()) continue;
    if (fault.connection != 0 && fault.connection != connection) continue;
    if (request && request->find(fault.when) == std::string::npos) continue;
    if (fault.times <= 0 || fault.spared-- > 0) continue;
    --fault.times;
    ++met_;
    return fault;
  }
  return std::nullopt;
}

void FaultProxy::add(Fault fault) {
  const std::lock_guard lock(mutex_);
  faults_.push_back(std::move(fault));
}

void FaultProxy::clear() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
}

int FaultProxy::met() const {
  const std::lock_guard lock(mutex_);
  return met_;
}

std::string FaultProxy::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

}  // namespace weir::support

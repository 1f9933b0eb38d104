// SPDX-License-Identifier: Apache-2.0
#include "sandbox/http/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace weir::sandbox {
namespace {

constexpr std::size_t kBuffer = 256U << 10;

void address_of(int socket, decltype(&getpeername) end, std::string& ip, int& port) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (end(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return;
  char text[INET_ADDRSTRLEN] = {};
  inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
  ip = text;
  port = ntohs(address.sin_port);
}

}  // namespace

Connection::Connection(int socket, std::chrono::milliseconds timeout) : socket_(socket), timeout_(timeout) {}

bool Connection::begin_request(std::chrono::milliseconds patience) {
  stage_ = Stage::Line;
  line_size_ = 0;
  if (begin_ < end_) return true;
  if (!wait(POLLIN, patience)) return false;
  return fill();
}

bool Connection::wait(short event, std::chrono::milliseconds patience) const {
  pollfd poller{socket_, event, 0};
  int ready = 0;
  do {
    ready = poll(&poller, 1, static_cast<int>(patience.count()));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

bool Connection::is_readable() const { return begin_ < end_ || wait(POLLIN, timeout_); }

bool Connection::is_writable() const { return wait(POLLOUT, timeout_); }

bool Connection::fill() {
  if (buffer_.empty()) buffer_.resize(kBuffer);
  begin_ = end_ = 0;
  ssize_t got = 0;
  do {
    got = recv(socket_, buffer_.data(), buffer_.size(), 0);
  } while (got < 0 && errno == EINTR);
  end_ = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
  return got > 0;
}

ssize_t Connection::read(char* bytes, std::size_t size) {
  if (size == 0) return 0;
  if (stage_ != Stage::Body && !inserted_.empty()) {
    *bytes = inserted_.front();
    inserted_.remove_prefix(1);
    return 1;
  }
  if (begin_ == end_ && (!wait(POLLIN, timeout_) || !fill())) return -1;
  if (stage_ != Stage::Body) {
    *bytes = next_of_head();
    return 1;
  }
  const std::size_t count = std::min(size, end_ - begin_);
  std::copy_n(buffer_.data() + begin_, count, bytes);
  begin_ += count;
  return static_cast<ssize_t>(count);
}

/// The library takes the values of headers for encoded and decodes them; an encoded percent sign comes
/// out as the one that was sent.
char Connection::next_of_head() {
  const char c = buffer_[begin_++];
  if (c == '\n') {
    if (stage_ == Stage::Headers && line_size_ == 0) stage_ = Stage::Body;
    if (stage_ == Stage::Line) stage_ = Stage::Headers;
    line_size_ = 0;
  } else if (c != '\r') {
    ++line_size_;
  }
  if (c == '%' && stage_ == Stage::Headers) inserted_ = "25";
  return c;
}

ssize_t Connection::write(const char* bytes, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t sent = send(socket_, bytes + done, size - done, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      done += static_cast<std::size_t>(sent);
    } else if (errno != EINTR && (errno != EAGAIN || !is_writable())) {
      return -1;
    }
  }
  return static_cast<ssize_t>(size);
}

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  address_of(socket_, getpeername, ip, port);
}

void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
  address_of(socket_, getsockname, ip, port);
}

bool Listener::process_and_close_socket(socket_t socket) {
  using std::chrono::seconds;
  Connection connection(socket, seconds(read_timeout_sec_));
  bool is_closed = false;
  while (!is_closed && svr_sock_ != INVALID_SOCKET &&
         connection.begin_request(seconds(keep_alive_timeout_sec_))) {
    if (!process_request(connection, false, is_closed, nullptr)) break;
  }
  shutdown(socket, SHUT_RDWR);
  close(socket);
  return true;
}

}  // namespace weir::sandbox

// SPDX-License-Identifier: Apache-2.0
// One connection of a client, as the HTTP library reads and writes it: in large pieces, and so that the
// library sees headers as they were sent. Used by http_server.cc. Belongs to one thread.
#pragma once

#include <httplib.h>

#include <chrono>
#include <string>

namespace weir::sandbox {

class Connection final : public httplib::Stream {
 public:
  /// The socket stays the caller's.
  Connection(int socket, std::chrono::milliseconds timeout);

  /// Waits for a request; false when none comes, or the client is gone.
  bool begin_request(std::chrono::milliseconds patience);

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* bytes, std::size_t size) override;
  ssize_t write(const char* bytes, std::size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_; }

 private:
  enum class Stage { Line, Headers, Body };

  bool fill();
  bool wait(short event, std::chrono::milliseconds patience) const;
  char next_of_head();

  int socket_;
  std::chrono::milliseconds timeout_;
  std::string buffer_;
  std::size_t begin_ = 0;  ///< of what is there and not read
  std::size_t end_ = 0;
  Stage stage_ = Stage::Line;
  std::size_t line_size_ = 0;
  std::string_view inserted_;  ///< comes before what the client sent
};

/// The library's server with such connections. Thread-safe as the library's.
class Listener final : public httplib::Server {
 private:
  bool process_and_close_socket(socket_t socket) override;
};

}  // namespace weir::sandbox

// SPDX-License-Identifier: Apache-2.0
// A database server that a test program starts itself, by a script of tests/servers. Used by mariadb_server
// and postgres_server; `Server` is a class of theirs. One thread.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <optional>
#include <string>

namespace weir::support {

/// A script with the actions init, copy and run.
struct ServerScript {
  const char* server;  ///< "MariaDB"
  const char* path;
  int stop_signal;  ///< that ends the server without ceremony
};

/// Says why there is no server and ends the program.
[[noreturn]] void no_server(const ServerScript& script, const std::string& reason);

/// A server in a folder of its own, both gone with this object.
class ServerProcess {
 public:
  /// Makes the data, or copies those that were made in the folder `from`, and starts.
  explicit ServerProcess(const ServerScript& script, const std::string& from = "");
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const ServerScript& script() const { return script_; }
  const std::string& folder() const { return folder_; }
  /// Ends it as a crash would.
  void kill();
  /// Starts it on its data; it is not ready yet when this returns.
  void run();

 private:
  ServerScript script_;
  std::string folder_;
  pid_t process_ = -1;
};

std::string first_line(const std::string& path);

/// The server of a process, once it can be used: it says nowhere that it is ready.
template <typename Server>
Server once_ready(const ServerProcess& process) {
  constexpr int kTries = 1000;
  auto server = Server::in(process.folder());
  for (int i = 0; server.sql("SELECT 1") != "1\n"; ++i) {
    if (i == kTries) no_server(process.script(), server.sql("SELECT 1"));
    ::usleep(20'000);
  }
  return server;
}

/// The server of all tests, or one of this program when there is none.
template <typename Server>
Server shared_server(const std::string& folder_of_ctest) {
  static std::optional<ServerProcess> own;
  auto of_ctest = Server::in(folder_of_ctest);
  if (of_ctest.port() != 0 && of_ctest.sql("SELECT 1") == "1\n") return of_ctest;
  own.emplace(Server::script());
  return once_ready<Server>(*own);
}

/// A server that one test has for itself, to be killed and to come back.
template <typename Server>
class OwnServer {
 public:
  OwnServer()
      : process_(Server::script(), Server::shared().folder()), server_(once_ready<Server>(process_)) {}

  const Server& server() const { return server_; }
  std::string sql(const std::string& text) const { return server_.sql(text); }
  void kill() { process_.kill(); }
  void run_again() { process_.run(); }

 private:
  ServerProcess process_;
  Server server_;
};

/// "a|NULL\n" for each row.
template <typename Rows>
std::string text_of_rows(const Rows& rows) {
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

}  // namespace weir::support

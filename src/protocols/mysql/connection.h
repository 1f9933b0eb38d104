// SPDX-License-Identifier: Apache-2.0
// A session with a MySQL or MariaDB server. Used by the connector of both. One thread at a time;
// only cut() may be called from another one.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "protocols/mysql/fields.h"
#include "protocols/mysql/server_error.h"

struct st_mysql;
struct st_mysql_res;

namespace weir::mysql {

enum class TlsMode {
  Disable,     ///< never
  Require,     ///< encrypted, whoever the server is
  VerifyFull,  ///< and its certificate is signed by a known authority and made for this host
};

enum class Flavour { Mysql, Mariadb };

/// How to reach a server. Nothing else counts: no option file and no variable. Made by target_of()
/// in options.h.
struct Target {
  std::string host;
  std::uint16_t port = 3306;
  std::string socket;  ///< path of a Unix socket; then host and port do not count
  std::string database;
  std::string user;
  Secret password;
  TlsMode tls = TlsMode::Require;
  std::string tls_root_certificate;
  std::string tls_certificate;
  std::string tls_key;
  std::chrono::seconds connect_timeout{15};
  std::chrono::seconds network_timeout{600};       ///< between two packets
  std::chrono::milliseconds statement_timeout{0};  ///< 0: none
  std::string shown;                               ///< "analyst@db.internal:3306/looker", for messages
};

/// The rows of a statement, whole in memory.
class Rows {
 public:
  Rows(st_mysql_res* result, std::uint64_t affected);

  std::size_t size() const { return rows_.size(); }
  std::size_t columns() const { return columns_; }
  bool is_null(std::size_t row, std::size_t column) const { return rows_[row][column].is_null; }
  std::string_view text(std::size_t row, std::size_t column) const { return rows_[row][column].text; }
  std::int64_t integer(std::size_t row, std::size_t column) const;
  /// Rows that an INSERT, UPDATE or DELETE touched; an upsert counts an updated row twice.
  std::uint64_t affected() const { return affected_; }

 private:
  struct Free {
    void operator()(st_mysql_res* result) const;
  };
  struct Cell {
    std::string_view text;
    bool is_null;
  };
  std::unique_ptr<st_mysql_res, Free> result_;
  std::vector<std::vector<Cell>> rows_;
  std::size_t columns_ = 0;
  std::uint64_t affected_ = 0;
};

/// One row of a stream, valid until the next one is fetched.
struct RawRow {
  const char* const* values = nullptr;  ///< null pointer: NULL
  const unsigned long* lengths = nullptr;
};

class Connection;

/// A statement's rows as they come. While it lives its connection stays where it is and can do nothing
/// else; dropped before its end, the rest is thrown away together with the connection.
class RowStream {
 public:
  const std::vector<Field>& fields() const { return fields_; }
  /// Fetches the next row into `row`; false at the end.
  Result<bool> next(RawRow& row);

 private:
  friend class Connection;
  struct Abandon {
    int socket;
    void operator()(st_mysql_res* result) const;
  };
  RowStream(Connection& connection, st_mysql_res* result);

  Connection* connection_;
  std::unique_ptr<st_mysql_res, Abandon> result_;
  std::vector<Field> fields_;
};

class Connection {
 public:
  /// Logs in and sets the session up: utf8mb4, UTC, strict, the time limit.
  static Result<Connection> open(const Target& target);

  /// Runs one statement.
  Result<Rows> execute(const std::string& sql);
  /// Runs a query whose rows are fetched as they come.
  Result<RowStream> stream(const std::string& sql);
  /// The columns that a query would give, without running it.
  Result<std::vector<Field>> describe(const std::string& sql);

  /// How many warnings and notes the last statement has left.
  unsigned warnings() const;
  Flavour flavour() const { return flavour_; }
  unsigned long id() const;
  /// Cuts the network under the connection, from any thread: whoever waits for it gets an error.
  void cut() const;
  /// Whether a statement found the connection gone.
  bool lost() const { return lost_; }
  /// What the server said to the last statement that failed.
  const ServerError& last_failure() const { return last_failure_; }

 private:
  friend class RowStream;
  struct Close {
    void operator()(st_mysql* connection) const;
  };
  /// A second handle of the connection's socket, which stays valid whatever the library does.
  class Socket {
   public:
    Socket() = default;
    explicit Socket(int original);
    ~Socket();
    Socket(Socket&& other) noexcept : handle_(std::exchange(other.handle_, -1)) {}
    Socket& operator=(Socket&& other) noexcept {
      std::swap(handle_, other.handle_);
      return *this;
    }
    int handle() const { return handle_; }

   private:
    int handle_ = -1;
  };
  explicit Connection(st_mysql* connection) : connection_(connection) {}

  Result<void> prepare_session(const Target& target);
  Failure refuse();
  Failure refuse(ServerError error);

  std::unique_ptr<st_mysql, Close> connection_;
  Socket socket_;
  Flavour flavour_ = Flavour::Mysql;
  ServerError last_failure_;
  bool lost_ = false;
};

/// Ends what a connection is doing, through a connection of its own. For statements that the server
/// would go on with for a while after its client has gone.
Result<void> kill_query(const Target& target, unsigned long connection_id);

/// Says that the calling thread is done with all its connections, so that the library can free what
/// it keeps for a thread.
void end_thread();

/// A string constant of SQL, in utf8mb4 with the backslash as escape.
std::string literal(std::string_view text);
/// A blob constant: x'00ff'.
std::string blob_literal(std::string_view bytes);
/// A name in backticks.
std::string identifier(std::string_view name);

}  // namespace weir::mysql

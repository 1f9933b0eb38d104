// SPDX-License-Identifier: Apache-2.0
// A session with a PostgreSQL or Redshift server. Used by the connectors of both. One thread at a
// time; only a Canceller may be used from another one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "protocols/postgres/result_rows.h"
#include "protocols/postgres/server_error.h"

struct pg_conn;
struct pg_cancel;

namespace weir::postgres {

class SilenceWatch;

/// How to reach a server: the keywords of libpq's connection strings
/// (https://www.postgresql.org/docs/15/libpq-connect.html). Made by target_of() in options.h.
struct Target {
  std::vector<std::pair<std::string, std::string>> keywords;
  Secret password;
  std::string shown;        ///< "analyst@db.internal:5432/warehouse", for messages
  std::string session_sql;  ///< statements that every new session runs first; may be empty
  /// How long an answer may stay away before the session counts as lost; 0: for ever.
  std::chrono::milliseconds silence_limit{0};
};

/// Stops what a connection is doing, from any thread. The statement fails with SQLSTATE 57014.
class Canceller {
 public:
  explicit Canceller(pg_cancel* handle);
  /// Unavailable when the server does not take it within some seconds.
  Result<void> cancel() const;

 private:
  std::shared_ptr<pg_cancel> handle_;
};

/// A column that a statement would give.
struct Field {
  std::string name;
  std::uint32_t type = 0;
  std::int32_t modifier = -1;
};

/// What a COPY ... TO STDOUT sent in one message; freed by itself.
class CopyChunk {
 public:
  CopyChunk(char* bytes, std::size_t size) : bytes_(bytes), size_(size) {}
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  struct Free {
    void operator()(char* bytes) const;
  };
  std::unique_ptr<char, Free> bytes_;
  std::size_t size_;
};

class Connection {
 public:
  static Result<Connection> open(const Target& target);

  /// Runs one or more statements; gives the rows of the last one.
  Result<Rows> execute(const std::string& sql);
  Result<Rows> query(const std::string& sql, const Parameters& parameters);
  /// Names a statement for run_prepared(). `types` may be shorter than the list of parameters.
  Result<void> prepare(const std::string& name, const std::string& sql,
                       const std::vector<std::uint32_t>& types = {});
  Result<Rows> run_prepared(const std::string& name, const Parameters& parameters);
  /// The columns that a statement would give, without running it.
  Result<std::vector<Field>> describe(const std::string& sql);
  /// Hands the rows out one by one as they come. They are the truth only when this succeeds.
  Result<void> stream(const std::string& sql, const Parameters& parameters,
                      const std::function<Result<void>(const Rows& row)>& on_row);

  /// Starts a COPY ... FROM STDIN, to be followed by copy_in() and finish_copy_in(). What is wrong
  /// with the rows may become known only at the end.
  Result<void> begin_copy_in(const std::string& sql);
  Result<void> copy_in(std::string_view bytes);
  Result<std::uint64_t> finish_copy_in();
  /// Starts a COPY ... TO STDOUT, to be followed by copy_out() until it gives nothing.
  Result<void> begin_copy_out(const std::string& sql);
  Result<std::optional<CopyChunk>> copy_out();

  /// Ends an open transaction without a trace; does nothing when there is none or the session is lost.
  void roll_back();
  bool in_transaction() const;
  /// Whether the session is still there, as far as is known without asking.
  bool alive() const;
  /// The server's own words for the last failure; without an SQLSTATE when they were not the server's.
  const ServerError& last_failure() const { return *last_failure_; }
  /// What the server told beside the results since the last call, such as "NOTICE: ...".
  std::vector<std::string> take_notices();
  Canceller canceller() const;
  int process_id() const;
  int server_version() const;  ///< 150018 is 15.18

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  explicit Connection(pg_conn* connection);

  pg_result* next_result();
  int end_copy_in(const char* why_given_up);
  Result<Rows> check(pg_result* result);
  /// Takes what is left of a statement's results; the first failure among them counts.
  Result<std::optional<Rows>> drain();
  Failure refuse(const pg_result* result);
  Failure lost(std::string_view what);

  std::shared_ptr<SilenceWatch> watch_;  // null: the server may take for ever
  std::unique_ptr<pg_conn, Finish> connection_;
  // Behind pointers, because libpq holds on to their addresses while the connection moves.
  std::unique_ptr<std::vector<std::string>> notices_;
  std::unique_ptr<ServerError> last_failure_;
  bool copies_out_ = false;
};

}  // namespace weir::postgres

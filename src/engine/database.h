// SPDX-License-Identifier: Apache-2.0
// The columnar engine, as the rest of the product sees it: SQL over batches. Nothing of the
// engine's own C API leaves this folder. A Database may be shared by threads; a Connection and
// what it makes belong to one thread at a time (interrupt() excepted).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/scalar_function.h"
#include "model/batch.h"
#include "model/schema.h"

namespace weir::engine {

struct DatabaseOptions {
  std::string path;                          ///< empty: in memory
  std::uint64_t memory_bytes = 256'000'000;  ///< of buffers; the process takes some more
  std::string spill_folder;                  ///< where larger work goes; empty: nowhere
  int threads = 1;
  /// Whether SQL may read and write files. Off for anything a user wrote.
  enum class FileAccess { Denied, Allowed } file_access = FileAccess::Denied;
};

class Connection;

/// One instance of the engine. The library is loaded when the first one is opened.
class Database {
 public:
  struct State;
  explicit Database(std::shared_ptr<State> state) : state_(std::move(state)) {}
  static Result<Database> open(const DatabaseOptions& options);
  Result<Connection> connect() const;
  /// "v1.5.6".
  static Result<std::string> library_version();

 private:
  std::shared_ptr<State> state_;
};

/// Up to 2048 result rows with the memory behind them.
class Chunk {
 public:
  struct State;
  explicit Chunk(std::shared_ptr<State> state) : state_(std::move(state)) {}
  /// Valid as long as the chunk.
  model::BatchView view() const;

 private:
  std::shared_ptr<State> state_;
};

/// A stream of result rows, in chunks of up to 2048.
class Rows {
 public:
  struct State;
  explicit Rows(std::shared_ptr<State> state) : state_(std::move(state)) {}
  const model::Schema& schema() const;
  /// The next rows, valid until the next call; nothing at the end.
  Result<std::optional<model::BatchView>> next();
  /// The same, to keep: for rows that another thread will read.
  Result<std::optional<Chunk>> take();

 private:
  std::shared_ptr<State> state_;
};

/// A statement that runs many times.
class Prepared {
 public:
  struct State;
  explicit Prepared(std::shared_ptr<State> state) : state_(std::move(state)) {}
  Result<Rows> run();
  const std::shared_ptr<State>& state() const { return state_; }

 private:
  std::shared_ptr<State> state_;
};

/// Rows on their way into a table of the engine.
class Appender {
 public:
  struct State;
  explicit Appender(std::shared_ptr<State> state) : state_(std::move(state)) {}
  Result<void> append(const model::BatchView& rows);
  /// Flushes; constraint violations of the whole batch appear here.
  Result<void> close();

 private:
  std::shared_ptr<State> state_;
};

/// The table that a Connection's statements read caller-owned rows from, without copying.
class Input {
 public:
  struct State;
  explicit Input(std::shared_ptr<State> state) : state_(std::move(state)) {}
  /// The rows that the next run of a statement sees; they must live until its result is read.
  void set(const model::BatchView& rows);

 private:
  std::shared_ptr<State> state_;
};

/// A session of a Database.
///
/// Result columns always have one of the model's types: a query's integers of every width come as
/// Integer (a value outside 64 bits is an error), decimals of up to 15 digits and floats as Double,
/// wider decimals as Text, structs and lists as Json, zoned timestamps as UTC Timestamp, and what
/// has no counterpart as Text.
class Connection {
 public:
  struct State;
  explicit Connection(std::shared_ptr<State> state) : state_(std::move(state)) {}
  /// Runs one or more statements and drops their results.
  Result<void> execute(std::string_view sql);
  /// The columns that a query would give, without running it.
  Result<model::Schema> describe(std::string_view query);
  /// Runs one query and streams its result. One stream a connection at a time.
  Result<Rows> query(std::string_view sql);
  /// The query's first column of its first row as an integer; for counts.
  Result<std::int64_t> query_integer(std::string_view sql);
  Result<Prepared> prepare(std::string_view sql);
  Result<Appender> append_to(std::string_view table);
  /// Makes a table `name` for this connection's statements whose rows are set from outside:
  /// `SELECT * FROM name()`.
  Result<Input> define_input(const std::string& name, const model::Schema& schema);
  /// Adds a function to the whole Database. A name can be used once.
  Result<void> register_function(std::shared_ptr<const ScalarFunction> function);
  /// The names of the operators of a query's physical plan, "PROJECTION", "FILTER", …
  Result<std::vector<std::string>> plan_operators(std::string_view query);
  /// Stops what runs, from any thread; it ends with Cancelled.
  void interrupt();

 private:
  std::shared_ptr<State> state_;
};

/// The engine's SQL name of a type: "BIGINT".
std::string_view sql_type(model::Type type);

}  // namespace weir::engine

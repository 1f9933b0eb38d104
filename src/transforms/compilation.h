// SPDX-License-Identifier: Apache-2.0
// The state of one compile(): the steps so far, the problems found and the functions needed. Passed
// from verb to verb; used by compile() and the verbs' SQL only. One thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/diagnostics.h"
#include "engine/database.h"
#include "transforms/chain.h"
#include "transforms/functions.h"
#include "transforms/program.h"

namespace weir::transforms {

class Compilation {
 public:
  Compilation(const ProgramContext& context, engine::Connection& connection)
      : context_(context), connection_(connection), chain_(context.input) {
    for (const auto& column : context.input.columns) origins_[column.name] = column.name;
  }

  const ProgramContext& context() const { return context_; }
  engine::Connection& connection() { return connection_; }
  Chain& chain() { return chain_; }
  const model::Schema& columns() const { return chain_.columns(); }

  /// Which transform is being compiled; names it in messages.
  void start(std::string verb, config::Position at);
  /// "unpack http_request": for comments in the SQL.
  std::string title(std::string_view detail) const;
  void problem(const std::string& message, std::string suggestion = {});
  /// After a transform whose result is not known, absent columns are no longer reported.
  void columns_unknown() { known_ = false; }
  bool columns_known() const { return known_; }

  /// The input's column behind a column here; nothing when a transform made it.
  std::optional<std::string> origin(const std::string& column) const;
  /// Notes new names of the columns, by position.
  void note_renamed(const model::Schema& renamed);
  /// The column, or nothing after reporting that it is absent.
  std::optional<model::Column> require(std::string_view column);
  /// Reports two columns that the engine cannot tell apart, and reserved names.
  void check_names(const model::Schema& columns);
  /// Makes a function known to the engine, once.
  Result<void> use(const FunctionPointer& function);
  /// The type of an SQL expression over the columns so far, or nothing after reporting why it has
  /// none. It must be computable from one row alone.
  Result<std::optional<model::Type>> expression_type(const std::string& what, const std::string& sql);
  /// The columns of a query over the relations `input` and `rows`; nothing after reporting.
  std::optional<model::Schema> query_columns(const std::string& query);

  /// Ends the row steps so far and starts over behind a segment that needs all rows.
  void flush_rows();
  void add_segment(Segment segment);
  Program& program() { return program_; }
  bool windowed = false;  ///< the steps since the last flush keep to the window
  Result<void> finish() const { return diagnostics_.to_result(); }
  bool failed() const { return !diagnostics_.ok(); }
  std::size_t problem_count() const { return diagnostics_.error_count(); }

 private:
  const ProgramContext& context_;
  engine::Connection& connection_;
  Chain chain_;
  Program program_;
  config::Diagnostics diagnostics_;
  std::string verb_;
  config::Position at_;
  bool known_ = true;
  std::map<std::string, std::string> origins_;  ///< name here, name in the input
};

// Each adds one verb's step. A failure is the engine's; problems of the configuration are noted.
Result<void> add_step(Compilation& compilation, const Select& verb);
Result<void> add_step(Compilation& compilation, const Drop& verb);
Result<void> add_step(Compilation& compilation, const Rename& verb);
Result<void> add_step(Compilation& compilation, const SnakeCase& verb);
Result<void> add_step(Compilation& compilation, const Cast& verb);
Result<void> add_step(Compilation& compilation, const Unpack& verb);
Result<void> add_step(Compilation& compilation, const ParseUrl& verb);
Result<void> add_step(Compilation& compilation, const Filter& verb);
Result<void> add_step(Compilation& compilation, const Deduplicate& verb);
Result<void> add_step(Compilation& compilation, const Mask& verb);
Result<void> add_step(Compilation& compilation, const Geocode& verb);
Result<void> add_step(Compilation& compilation, const Sql& verb);
Result<void> add_step(Compilation& compilation, const Add& verb);
Result<void> add_check(Compilation& compilation, const NotNull& rule);
Result<void> add_check(Compilation& compilation, const AcceptedValues& rule);
Result<void> add_check(Compilation& compilation, const Expression& rule);

/// Keeps the rows of the partition's window, or refuses the others.
Result<void> add_window(Compilation& compilation);

/// A column's value for a message, in SQL: in quotes and not too long.
std::string shown_value(std::string_view column);
/// "parse_url", "Remote IP" -> "parse_url_remote_ip_1f3c": a function's name that tells what it does
/// and is the same for the same options.
std::string function_name(std::string_view verb, std::string_view column, std::string_view options);

}  // namespace weir::transforms

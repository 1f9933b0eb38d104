// SPDX-License-Identifier: Apache-2.0
#include "engine/database.h"

#include <utility>

#include "base/text.h"
#include "engine/handles.h"
#include "engine/vectors.h"

namespace weir::engine {
namespace {

/// Owns the statements that a text was cut into.
struct Extracted {
  duckdb_extracted_statements handle = nullptr;
  ~Extracted() { duck().duckdb_destroy_extracted(&handle); }
};

Failure prepare_failure(duckdb_prepared_statement statement) {
  const char* message = duck().duckdb_prepare_error(statement);
  return Failure(engine_error(message == nullptr ? "the statement cannot be prepared" : message));
}

/// Prepares exactly one statement and notes its columns as the engine has them.
Result<std::shared_ptr<Prepared::State>> prepare_raw(const std::shared_ptr<Connection::State>& connection,
                                                     const std::string& sql) {
  auto state = std::make_shared<Prepared::State>();
  state->connection = connection;
  if (duck().duckdb_prepare(connection->handle, sql.c_str(), &state->handle) == DuckDBError) {
    return prepare_failure(state->handle);
  }
  return state;
}

/// The query with every column in one of the model's types; unchanged when it has them already.
std::string normalised(const std::string& sql, Prepared::State& statement) {
  std::string names;
  std::string values;
  bool casts = false;
  const auto count = duck().duckdb_prepared_statement_column_count(statement.handle);
  for (idx_t i = 0; i < count; ++i) {
    const LogicalType type(duck().duckdb_prepared_statement_column_logical_type(statement.handle, i));
    const auto mapping = map_type(type.get());
    char* name = const_cast<char*>(duck().duckdb_prepared_statement_column_name(statement.handle, i));
    statement.schema.columns.push_back({name, mapping.type});
    duck().duckdb_free(name);
    const auto plain = fmt::format("c{}", i);
    const auto cast = mapping.cast.empty() ? plain : fmt::format(fmt::runtime(mapping.cast), plain);
    casts = casts || !mapping.cast.empty();
    names += (i == 0 ? "" : ", ") + plain;
    values += (i == 0 ? "" : ", ") + cast + " AS " + sql_identifier(statement.schema.columns.back().name);
  }
  return casts ? fmt::format("SELECT {} FROM ({}\n) AS result({})", values, sql, names) : sql;
}

std::string without_semicolon(std::string_view sql) {
  auto text = trim(sql);
  while (!text.empty() && text.back() == ';') text = trim(text.substr(0, text.size() - 1));
  return std::string(text);
}

Result<void> set_option(duckdb_config config, const char* name, const std::string& value) {
  if (duck().duckdb_set_config(config, name, value.c_str()) == DuckDBError) {
    return fail(ErrorCode::Internal, "the engine refuses the setting {} = {}", name, value);
  }
  return {};
}

Result<void> configure(duckdb_config config, const DatabaseOptions& options) {
  TRY(set_option(config, "threads", std::to_string(options.threads)));
  TRY(set_option(config, "memory_limit", fmt::format("{}B", options.memory_bytes)));
  TRY(set_option(config, "temp_directory", options.spill_folder));
  TRY(set_option(config, "autoinstall_known_extensions", "false"));
  TRY(set_option(config, "autoload_known_extensions", "false"));
  return set_option(config, "preserve_insertion_order", "true");
}

/// Keeps SQL away from files. Spilling counts as file access too, so its folder is let through.
Result<void> deny_files(const Database& database, const DatabaseOptions& options) {
  auto connection = TRY(database.connect());
  if (!options.spill_folder.empty()) {
    TRY(connection.execute(fmt::format("SET allowed_directories = [{}]", sql_literal(options.spill_folder))));
  }
  return connection.execute("SET enable_external_access = false");
}

}  // namespace

Result<Database> Database::open(const DatabaseOptions& options) {
  TRY(load_library());
  duckdb_config config = nullptr;
  duck().duckdb_create_config(&config);
  const auto configured = configure(config, options);
  if (!configured.ok()) {
    duck().duckdb_destroy_config(&config);
    return Failure(configured.error());
  }
  auto state = std::make_shared<State>();
  char* message = nullptr;
  const char* path = options.path.empty() ? nullptr : options.path.c_str();
  const auto opened = duck().duckdb_open_ext(path, &state->handle, config, &message);
  duck().duckdb_destroy_config(&config);
  if (opened == DuckDBError) {
    const std::string reason = message == nullptr ? "the engine cannot be opened" : message;
    duck().duckdb_free(message);
    return Failure(engine_error(reason));
  }
  Database database(std::move(state));
  if (options.file_access == DatabaseOptions::FileAccess::Denied) TRY(deny_files(database, options));
  return database;
}

Result<Connection> Database::connect() const {
  auto state = std::make_shared<Connection::State>();
  state->database = state_;
  if (duck().duckdb_connect(state_->handle, &state->handle) == DuckDBError) {
    return fail(ErrorCode::Internal, "the engine gave no connection");
  }
  Connection connection(std::move(state));
  // Sessions read and write times in UTC, whatever the machine's zone is.
  TRY(connection.execute("SET TimeZone = 'UTC'"));
  return connection;
}

Result<std::string> Database::library_version() {
  TRY(load_library());
  return std::string(duck().duckdb_library_version());
}

Result<void> Connection::execute(std::string_view sql) {
  duckdb_result result{};
  const auto done = duck().duckdb_query(state_->handle, std::string(sql).c_str(), &result);
  if (done == DuckDBSuccess) {
    duck().duckdb_destroy_result(&result);
    return {};
  }
  const char* message = duck().duckdb_result_error(&result);
  auto error = engine_error(message == nullptr ? "the statement failed" : message);
  duck().duckdb_destroy_result(&result);
  return Failure(std::move(error));
}

Result<Prepared> Connection::prepare(std::string_view sql) {
  const auto text = without_semicolon(sql);
  Extracted statements;
  const auto count = duck().duckdb_extract_statements(state_->handle, text.c_str(), &statements.handle);
  if (count == 0) {
    const char* message = duck().duckdb_extract_statements_error(statements.handle);
    return Failure(engine_error(message == nullptr ? "Parser Error: the statement is empty" : message));
  }
  if (count > 1) {
    return fail(ErrorCode::InvalidConfig, "one statement is expected, {} were given",
                static_cast<std::size_t>(count));
  }
  auto statement = TRY(prepare_raw(state_, text));
  const auto kind = duck().duckdb_prepared_statement_type(statement->handle);
  if (kind != DUCKDB_STATEMENT_TYPE_SELECT) return Prepared(std::move(statement));
  const auto query = normalised(text, *statement);
  if (query != text) {
    auto schema = std::move(statement->schema);
    statement = TRY(prepare_raw(state_, query));
    statement->schema = std::move(schema);
  }
  return Prepared(std::move(statement));
}

Result<model::Schema> Connection::describe(std::string_view query) {
  const auto prepared = TRY(prepare(query));
  if (duck().duckdb_prepared_statement_type(prepared.state()->handle) != DUCKDB_STATEMENT_TYPE_SELECT) {
    return fail(ErrorCode::InvalidConfig, "a SELECT is expected; other statements are not allowed here");
  }
  return prepared.state()->schema;
}

Result<Rows> Connection::query(std::string_view sql) {
  auto prepared = TRY(prepare(sql));
  return prepared.run();
}

Result<std::int64_t> Connection::query_integer(std::string_view sql) {
  auto rows = TRY(query(sql));
  const auto batch = TRY(rows.next());
  if (!batch || batch->rows == 0 || batch->columns.empty() ||
      batch->columns[0].type != model::Type::Integer) {
    return fail(ErrorCode::Internal, "one integer was expected of: {}", sql);
  }
  return batch->columns[0].is_null(0) ? 0 : batch->columns[0].at<std::int64_t>(0);
}

Result<Appender> Connection::append_to(std::string_view table) {
  auto state = std::make_shared<Appender::State>();
  state->connection = state_;
  const std::string name(table);
  if (duck().duckdb_appender_create(state_->handle, nullptr, name.c_str(), &state->handle) == DuckDBError) {
    const char* message = duck().duckdb_appender_error(state->handle);
    return Failure(engine_error(message == nullptr ? "the table cannot be appended to" : message));
  }
  return Appender(std::move(state));
}

Result<Input> Connection::define_input(const std::string& name, const model::Schema& schema) {
  auto state = std::make_shared<Input::State>();
  state->schema = schema;
  TRY(register_input(state_->handle, name, state));
  return Input(std::move(state));
}

Result<void> Connection::register_function(std::shared_ptr<const ScalarFunction> function) {
  return register_scalar_function(state_->handle, std::move(function));
}

Result<std::vector<std::string>> Connection::plan_operators(std::string_view query) {
  auto rows = TRY(this->query(fmt::format("EXPLAIN (FORMAT json) {}", without_semicolon(query))));
  constexpr std::string_view kKey = "\"name\": \"";
  std::vector<std::string> operators;
  while (auto batch = TRY(rows.next())) {
    for (std::size_t row = 0; row < batch->rows; ++row) {
      auto text = batch->columns.back().text(row);
      for (auto at = text.find(kKey); at != text.npos; at = text.find(kKey)) {
        text.remove_prefix(at + kKey.size());
        operators.emplace_back(trim(text.substr(0, text.find('"'))));
      }
    }
  }
  return operators;
}

void Connection::interrupt() { duck().duckdb_interrupt(state_->handle); }

Result<Rows> Prepared::run() {
  auto rows = std::make_shared<Rows::State>();
  rows->statement = state_;
  if (duck().duckdb_execute_prepared_streaming(state_->handle, &rows->result) == DuckDBError) {
    const char* message = duck().duckdb_result_error(&rows->result);
    return Failure(engine_error(message == nullptr ? "the statement failed" : message));
  }
  // Statements that are no SELECT tell their columns only now.
  if (state_->schema.columns.empty()) {
    const auto count = duck().duckdb_column_count(&rows->result);
    for (idx_t i = 0; i < count; ++i) {
      const LogicalType type(duck().duckdb_column_logical_type(&rows->result, i));
      state_->schema.columns.push_back(
          {duck().duckdb_column_name(&rows->result, i), map_type(type.get()).type});
    }
  }
  return Rows(std::move(rows));
}

const model::Schema& Rows::schema() const { return state_->statement->schema; }

model::BatchView Chunk::view() const {
  return {duck().duckdb_data_chunk_get_size(state_->handle), state_->columns};
}

Result<std::optional<Chunk>> Rows::take() {
  auto chunk = std::make_shared<Chunk::State>();
  chunk->handle = duck().duckdb_fetch_chunk(state_->result);
  if (chunk->handle == nullptr) {
    // No chunk is the end or a failure; only the result's error tells which.
    const char* message = duck().duckdb_result_error(&state_->result);
    if (message != nullptr && *message != '\0') return Failure(engine_error(message));
    return std::optional<Chunk>();
  }
  const auto& columns = schema().columns;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    chunk->columns.push_back(
        view_vector(columns[i].type, duck().duckdb_data_chunk_get_vector(chunk->handle, i)));
  }
  return std::optional(Chunk(std::move(chunk)));
}

Result<std::optional<model::BatchView>> Rows::next() {
  state_->current = TRY(take());
  return state_->current ? std::optional(state_->current->view()) : std::nullopt;
}

Result<void> Appender::append(const model::BatchView& rows) {
  if (state_->chunk == nullptr) {
    std::vector<LogicalType> owned;
    std::vector<duckdb_logical_type> types;
    for (const auto& column : rows.columns) {
      owned.emplace_back(column.type);
      types.push_back(owned.back().get());
    }
    state_->chunk = duck().duckdb_create_data_chunk(types.data(), types.size());
  }
  const std::size_t step = duck().duckdb_vector_size();
  for (std::size_t first = 0; first < rows.rows; first += step) {
    const auto count = std::min(step, rows.rows - first);
    duck().duckdb_data_chunk_reset(state_->chunk);
    for (std::size_t i = 0; i < rows.columns.size(); ++i) {
      fill_vector(rows.columns[i], first, count, duck().duckdb_data_chunk_get_vector(state_->chunk, i));
    }
    duck().duckdb_data_chunk_set_size(state_->chunk, count);
    if (duck().duckdb_append_data_chunk(state_->handle, state_->chunk) == DuckDBError) {
      const char* message = duck().duckdb_appender_error(state_->handle);
      return Failure(engine_error(message == nullptr ? "the rows cannot be appended" : message));
    }
  }
  return {};
}

Result<void> Appender::close() {
  if (duck().duckdb_appender_close(state_->handle) == DuckDBSuccess) return {};
  const char* message = duck().duckdb_appender_error(state_->handle);
  return Failure(engine_error(message == nullptr ? "the rows cannot be appended" : message));
}

}  // namespace weir::engine

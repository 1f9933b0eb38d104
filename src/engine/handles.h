// SPDX-License-Identifier: Apache-2.0
// What stands behind the classes of database.h. Only this folder includes it.
#pragma once

#include <duckdb.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/database.h"
#include "engine/library.h"

namespace weir::engine {

struct Database::State {
  duckdb_database handle = nullptr;
  ~State() {
    if (handle != nullptr) duck().duckdb_close(&handle);
  }
};

struct Connection::State {
  std::shared_ptr<Database::State> database;
  duckdb_connection handle = nullptr;
  ~State() {
    if (handle != nullptr) duck().duckdb_disconnect(&handle);
  }
};

struct Prepared::State {
  std::shared_ptr<Connection::State> connection;
  duckdb_prepared_statement handle = nullptr;
  model::Schema schema;
  ~State() {
    if (handle != nullptr) duck().duckdb_destroy_prepare(&handle);
  }
};

struct Chunk::State {
  duckdb_data_chunk handle = nullptr;
  std::vector<model::ColumnView> columns;
  ~State() {
    if (handle != nullptr) duck().duckdb_destroy_data_chunk(&handle);
  }
};

struct Rows::State {
  std::shared_ptr<Prepared::State> statement;
  duckdb_result result{};
  std::optional<Chunk> current;
  ~State() { duck().duckdb_destroy_result(&result); }
};

struct Appender::State {
  std::shared_ptr<Connection::State> connection;
  duckdb_appender handle = nullptr;
  duckdb_data_chunk chunk = nullptr;
  ~State() {
    if (chunk != nullptr) duck().duckdb_destroy_data_chunk(&chunk);
    if (handle != nullptr) duck().duckdb_appender_destroy(&handle);
  }
};

struct Input::State {
  model::Schema schema;
  model::BatchView rows;
};

/// Makes `function` known to the connection's database.
Result<void> register_scalar_function(duckdb_connection connection,
                                      std::shared_ptr<const ScalarFunction> function);
/// Makes the table function `name` that reads `input`.
Result<void> register_input(duckdb_connection connection, const std::string& name,
                            std::shared_ptr<const Input::State> input);

}  // namespace weir::engine

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/handles.h"
#include "engine/vectors.h"

namespace weir::engine {
namespace {

using InputState = std::shared_ptr<const Input::State>;

/// One scan: which columns are wanted and how far it is.
struct Scan {
  std::vector<std::size_t> columns;
  std::size_t next = 0;
};

template <typename T>
void destroy(void* value) {
  delete static_cast<T*>(value);
}

const Input::State& input_of(void* extra) { return **static_cast<InputState*>(extra); }

void bind(duckdb_bind_info info) {
  const auto& input = input_of(duck().duckdb_bind_get_extra_info(info));
  for (const auto& column : input.schema.columns) {
    const LogicalType type(column.type);
    duck().duckdb_bind_add_result_column(info, column.name.c_str(), type.get());
  }
}

void init(duckdb_init_info info) {
  auto scan = std::make_unique<Scan>();
  const auto count = duck().duckdb_init_get_column_count(info);
  for (idx_t i = 0; i < count; ++i) scan->columns.push_back(duck().duckdb_init_get_column_index(info, i));
  duck().duckdb_init_set_max_threads(info, 1);
  duck().duckdb_init_set_init_data(info, scan.release(), destroy<Scan>);
}

void produce(duckdb_function_info info, duckdb_data_chunk output) {
  const auto& input = input_of(duck().duckdb_function_get_extra_info(info));
  auto& scan = *static_cast<Scan*>(duck().duckdb_function_get_init_data(info));
  const auto count = std::min<std::size_t>(duck().duckdb_vector_size(), input.rows.rows - scan.next);
  for (std::size_t i = 0; i < scan.columns.size(); ++i) {
    // A query that needs no column at all still asks for one that does not exist: the row id.
    if (scan.columns[i] >= input.rows.columns.size()) continue;
    fill_vector(input.rows.columns[scan.columns[i]], scan.next, count,
                duck().duckdb_data_chunk_get_vector(output, i));
  }
  scan.next += count;
  duck().duckdb_data_chunk_set_size(output, count);
}

}  // namespace

void Input::set(const model::BatchView& rows) { state_->rows = rows; }

Result<void> register_input(duckdb_connection connection, const std::string& name, InputState input) {
  auto function = duck().duckdb_create_table_function();
  duck().duckdb_table_function_set_name(function, name.c_str());
  duck().duckdb_table_function_set_extra_info(function, new InputState(std::move(input)),
                                              destroy<InputState>);
  duck().duckdb_table_function_set_bind(function, bind);
  duck().duckdb_table_function_set_init(function, init);
  duck().duckdb_table_function_set_function(function, produce);
  duck().duckdb_table_function_supports_projection_pushdown(function, true);
  const auto state = duck().duckdb_register_table_function(connection, function);
  duck().duckdb_destroy_table_function(&function);
  if (state == DuckDBError)
    return fail(ErrorCode::Internal, "the engine did not take the input table {}", name);
  return {};
}

}  // namespace weir::engine

// SPDX-License-Identifier: Apache-2.0
#include "engine/scalar_function.h"

#include "engine/handles.h"
#include "engine/vectors.h"

namespace weir::engine {
namespace {

using FunctionPointer = std::shared_ptr<const ScalarFunction>;

void call(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const auto& function = **static_cast<FunctionPointer*>(duck().duckdb_scalar_function_get_extra_info(info));
  const auto rows = duck().duckdb_data_chunk_get_size(input);
  std::vector<model::ColumnView> columns;
  for (std::size_t i = 0; i < function.arguments().size(); ++i) {
    columns.push_back(view_vector(function.arguments()[i], duck().duckdb_data_chunk_get_vector(input, i)));
  }
  // Scratch memory that is the same for every call on a thread would save an allocation, but
  // functions differ in their result columns; a vector of 2048 rows makes the cost small.
  model::Batch result(function.result());
  const auto done = function.apply({rows, columns}, result);
  if (!done.ok()) {
    duck().duckdb_scalar_function_set_error(info, done.error().to_string().c_str());
    return;
  }
  const auto view = result.view();
  if (view.rows != rows) {
    duck().duckdb_scalar_function_set_error(info, "a function gave the wrong number of rows");
    return;
  }
  if (!function.returns_struct()) return fill_vector_owned(view.columns[0], rows, output);
  for (std::size_t i = 0; i < view.columns.size(); ++i) {
    fill_vector_owned(view.columns[i], rows, duck().duckdb_struct_vector_get_child(output, i));
  }
}

LogicalType result_type(const ScalarFunction& function) {
  const auto& columns = function.result().columns;
  if (!function.returns_struct()) return LogicalType(columns[0].type);
  std::vector<LogicalType> owned;
  std::vector<duckdb_logical_type> types;
  std::vector<const char*> names;
  for (const auto& column : columns) {
    owned.emplace_back(column.type);
    types.push_back(owned.back().get());
    names.push_back(column.name.c_str());
  }
  return LogicalType(duck().duckdb_create_struct_type(types.data(), names.data(), types.size()));
}

}  // namespace

Result<void> register_scalar_function(duckdb_connection connection, FunctionPointer function) {
  auto handle = duck().duckdb_create_scalar_function();
  duck().duckdb_scalar_function_set_name(handle, function->name().c_str());
  for (const auto type : function->arguments()) {
    const LogicalType argument(type);
    duck().duckdb_scalar_function_add_parameter(handle, argument.get());
  }
  const auto type = result_type(*function);
  duck().duckdb_scalar_function_set_return_type(handle, type.get());
  duck().duckdb_scalar_function_set_special_handling(handle);  // null arguments reach the function
  // A volatile call is made once where it stands. Otherwise the optimiser copies it into every filter
  // above it, and a struct of fifteen columns is computed twice.
  duck().duckdb_scalar_function_set_volatile(handle);
  duck().duckdb_scalar_function_set_function(handle, call);
  const auto name = function->name();
  duck().duckdb_scalar_function_set_extra_info(
      handle, new FunctionPointer(std::move(function)),
      [](void* extra) { delete static_cast<FunctionPointer*>(extra); });
  const auto state = duck().duckdb_register_scalar_function(connection, handle);
  duck().duckdb_destroy_scalar_function(&handle);
  if (state == DuckDBError) return fail(ErrorCode::Internal, "the engine did not take the function {}", name);
  return {};
}

}  // namespace weir::engine

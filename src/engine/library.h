// SPDX-License-Identifier: Apache-2.0
// The engine's C functions, found when the first database is opened. Linking them would cost every
// command the ten milliseconds that loading the library takes. Only this folder includes it.
#pragma once

#include <duckdb.h>

#include "base/result.h"

// Every function of the C API that this folder calls.
#define WEIR_DUCKDB_SYMBOLS(X)                          \
  X(duckdb_append_data_chunk)                           \
  X(duckdb_appender_close)                              \
  X(duckdb_appender_create)                             \
  X(duckdb_appender_destroy)                            \
  X(duckdb_appender_error)                              \
  X(duckdb_bind_add_result_column)                      \
  X(duckdb_bind_get_extra_info)                         \
  X(duckdb_bind_set_cardinality)                        \
  X(duckdb_close)                                       \
  X(duckdb_column_count)                                \
  X(duckdb_column_logical_type)                         \
  X(duckdb_column_name)                                 \
  X(duckdb_column_type)                                 \
  X(duckdb_connect)                                     \
  X(duckdb_create_config)                               \
  X(duckdb_create_data_chunk)                           \
  X(duckdb_create_logical_type)                         \
  X(duckdb_create_scalar_function)                      \
  X(duckdb_create_struct_type)                          \
  X(duckdb_create_table_function)                       \
  X(duckdb_data_chunk_get_column_count)                 \
  X(duckdb_data_chunk_get_size)                         \
  X(duckdb_data_chunk_get_vector)                       \
  X(duckdb_data_chunk_reset)                            \
  X(duckdb_data_chunk_set_size)                         \
  X(duckdb_decimal_scale)                               \
  X(duckdb_decimal_width)                               \
  X(duckdb_destroy_config)                              \
  X(duckdb_destroy_data_chunk)                          \
  X(duckdb_destroy_extracted)                           \
  X(duckdb_destroy_logical_type)                        \
  X(duckdb_destroy_prepare)                             \
  X(duckdb_destroy_result)                              \
  X(duckdb_destroy_scalar_function)                     \
  X(duckdb_destroy_table_function)                      \
  X(duckdb_disconnect)                                  \
  X(duckdb_execute_prepared)                            \
  X(duckdb_execute_prepared_streaming)                  \
  X(duckdb_extract_statements)                          \
  X(duckdb_extract_statements_error)                    \
  X(duckdb_fetch_chunk)                                 \
  X(duckdb_free)                                        \
  X(duckdb_function_get_bind_data)                      \
  X(duckdb_function_get_extra_info)                     \
  X(duckdb_function_get_init_data)                      \
  X(duckdb_get_type_id)                                 \
  X(duckdb_init_get_column_count)                       \
  X(duckdb_init_get_column_index)                       \
  X(duckdb_init_get_extra_info)                         \
  X(duckdb_init_set_init_data)                          \
  X(duckdb_init_set_max_threads)                        \
  X(duckdb_interrupt)                                   \
  X(duckdb_library_version)                             \
  X(duckdb_logical_type_get_alias)                      \
  X(duckdb_logical_type_set_alias)                      \
  X(duckdb_open_ext)                                    \
  X(duckdb_prepare)                                     \
  X(duckdb_prepare_error)                               \
  X(duckdb_prepare_extracted_statement)                 \
  X(duckdb_prepared_statement_column_count)             \
  X(duckdb_prepared_statement_column_logical_type)      \
  X(duckdb_prepared_statement_column_name)              \
  X(duckdb_prepared_statement_column_type)              \
  X(duckdb_prepared_statement_type)                     \
  X(duckdb_query)                                       \
  X(duckdb_register_scalar_function)                    \
  X(duckdb_register_table_function)                     \
  X(duckdb_result_error)                                \
  X(duckdb_result_error_type)                           \
  X(duckdb_scalar_function_add_parameter)               \
  X(duckdb_scalar_function_get_extra_info)              \
  X(duckdb_scalar_function_set_error)                   \
  X(duckdb_scalar_function_set_extra_info)              \
  X(duckdb_scalar_function_set_function)                \
  X(duckdb_scalar_function_set_name)                    \
  X(duckdb_scalar_function_set_return_type)             \
  X(duckdb_scalar_function_set_special_handling)        \
  X(duckdb_scalar_function_set_volatile)                \
  X(duckdb_set_config)                                  \
  X(duckdb_struct_vector_get_child)                     \
  X(duckdb_table_function_add_parameter)                \
  X(duckdb_table_function_set_bind)                     \
  X(duckdb_table_function_set_extra_info)               \
  X(duckdb_table_function_set_function)                 \
  X(duckdb_table_function_set_init)                     \
  X(duckdb_table_function_set_name)                     \
  X(duckdb_table_function_supports_projection_pushdown) \
  X(duckdb_vector_assign_string_element_len)            \
  X(duckdb_vector_ensure_validity_writable)             \
  X(duckdb_vector_get_data)                             \
  X(duckdb_vector_get_validity)                         \
  X(duckdb_vector_size)

namespace weir::engine {

struct Library {
#define WEIR_DECLARE(symbol) decltype(&::symbol) symbol = nullptr;
  WEIR_DUCKDB_SYMBOLS(WEIR_DECLARE)
#undef WEIR_DECLARE
};

/// Loads the library once; the error names every place that was tried.
Result<const Library*> load_library();
/// The loaded library; load_library() has succeeded before.
const Library& duck();

}  // namespace weir::engine

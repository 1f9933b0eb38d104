// SPDX-License-Identifier: Apache-2.0
// Between the model's batches and the engine's vectors. Only this folder includes it.
#pragma once

#include <duckdb.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "model/batch.h"
#include "model/schema.h"

namespace weir::engine {

/// Owns a logical type.
class LogicalType {
 public:
  explicit LogicalType(duckdb_logical_type handle) : handle_(handle) {}
  explicit LogicalType(model::Type type);
  LogicalType(const LogicalType&) = delete;
  LogicalType& operator=(const LogicalType&) = delete;
  LogicalType(LogicalType&& other) noexcept : handle_(other.handle_) { other.handle_ = nullptr; }
  ~LogicalType();
  duckdb_logical_type get() const { return handle_; }

 private:
  duckdb_logical_type handle_;
};

/// How a result column reaches the model: as it is, or through an SQL expression around it.
struct ColumnMapping {
  model::Type type = model::Type::Text;
  std::string cast;  ///< empty, or an expression in which {} is the column
};
ColumnMapping map_type(duckdb_logical_type type);

/// Copies `count` rows from `first` on into a vector of the same type. Long text stays where it is.
/// `first` is a multiple of 64.
void fill_vector(const model::ColumnView& column, std::size_t first, std::size_t count, duckdb_vector vector);
/// The same with all text copied into the vector.
void fill_vector_owned(const model::ColumnView& column, std::size_t count, duckdb_vector vector);
/// A view of a flat vector.
model::ColumnView view_vector(model::Type type, duckdb_vector vector);

/// An engine message as an Error: the code follows from the kind of failure it begins with.
Error engine_error(std::string message);

}  // namespace weir::engine

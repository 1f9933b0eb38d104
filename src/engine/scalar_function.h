// SPDX-License-Identifier: Apache-2.0
// How the product adds vectorised functions to the engine's SQL. Implemented in transforms/.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/batch.h"
#include "model/schema.h"

namespace weir::engine {

/// A function over columns. One instance serves all worker threads at once, so apply() must be
/// safe to call concurrently. Null arguments reach apply(); it decides what they give.
class ScalarFunction {
 public:
  virtual ~ScalarFunction() = default;
  virtual const std::string& name() const = 0;
  virtual const std::vector<model::Type>& arguments() const = 0;
  /// One column: that type is the result. Several: a STRUCT of them.
  virtual const model::Schema& result() const = 0;
  /// Whether `result()` is a STRUCT even with one column.
  virtual bool returns_struct() const { return result().size() != 1; }
  /// Fills `result` with one row for each row of `arguments`; it is empty at the call. Text set in
  /// it is copied afterwards, so it may point into the arguments. An error fails the query.
  virtual Result<void> apply(const model::BatchView& arguments, model::Batch& result) const = 0;
};

}  // namespace weir::engine

// SPDX-License-Identifier: Apache-2.0
// Row verbs on their way to SQL: a chain of named steps, each a SELECT over the one before. Used by
// compile() and the verbs. One thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/schema.h"

namespace weir::transforms {

/// Whether the engine takes two names for the same column: it ignores the case of ASCII letters.
bool same_name(std::string_view one, std::string_view other);

/// The columns that a step passes on as they are: their names behind it, and before.
using KeptColumns = std::map<std::string, std::string>;

class Chain {
 public:
  explicit Chain(model::Schema input);

  /// The data columns after the last step.
  const model::Schema& columns() const { return columns_; }
  /// What the next step reads: "input" or "step_3".
  std::string relation() const;
  /// Adds a step. `select` reads relation() and carries `_weir_row` and `_weir_error` along; `title`
  /// is the comment above it.
  void add(const std::string& title, const std::string& select, model::Schema columns,
           const KeptColumns& kept);
  bool empty() const { return steps_.empty(); }
  /// The whole query: the data columns, `_weir_row` and `_weir_error`.
  std::string sql() const;
  /// For each data column the number of the input's column that it is, unchanged by every step.
  std::vector<std::optional<std::size_t>> untouched() const;

 private:
  model::Schema input_;
  model::Schema columns_;
  KeptColumns untouched_;  ///< names now, and in the input
  std::vector<std::string> steps_;
};

/// "SELECT * EXCLUDE (…) REPLACE (…), … FROM relation": what most verbs do, in few words.
class StarSelect {
 public:
  StarSelect& exclude(std::string_view column);
  StarSelect& replace(std::string_view column, const std::string& expression);
  StarSelect& add(const std::string& expression, std::string_view name);
  /// Refuses rows: when a condition holds and the row has no reason yet, the text becomes it.
  StarSelect& refuse(const std::string& condition, const std::string& text);
  /// Takes the reason over from an expression that is null for good rows.
  StarSelect& refuse_with(const std::string& expression);
  std::string from(const std::string& relation, const std::string& where = {}) const;
  /// Which of the columns that it reads it passes on.
  KeptColumns kept(const model::Schema& columns) const;

 private:
  std::set<std::string> changed_;  ///< names of columns that are left out or replaced
  std::vector<std::string> excluded_;
  std::vector<std::string> replaced_;
  std::vector<std::string> added_;
  std::vector<std::string> conditions_;
  std::vector<std::string> reasons_;
};

}  // namespace weir::transforms

// SPDX-License-Identifier: Apache-2.0
// Groups: rows with equal dimensions become one, with its measures. Used by the scan. One thread.
#pragma once

#include <span>
#include <unordered_map>
#include <unordered_set>

#include "sandbox/looker/queries/plan.h"

namespace weir::sandbox::looker {

class Groups {
 public:
  using ColumnOf = std::function<Value(const Output&, const std::string& column)>;
  using RowOf = std::function<Row(const Output&)>;

  explicit Groups(const Plan& plan) : plan_(plan) {}

  /// Cells of the plan's outputs; those of measures are computed here from the row at hand.
  void add(std::span<const Value> cells, const ColumnOf& column_of, const RowOf& row_of);
  /// The groups as cells of the outputs, those that the filters of measures take. Without dimensions there
  /// is one, even of no rows.
  void for_each(const std::function<void(std::span<const Value>)>& take);

 private:
  struct State {
    std::int64_t count = 0;
    double sum = 0;
    std::int64_t whole_sum = 0;
    Value least{}, most{};
    std::unordered_set<std::string> different;
    std::unordered_set<Row> rows;  ///< of a joined view, whose rows count once
  };
  struct Group {
    std::vector<Value> dimensions;
    std::deque<std::string> texts;
    std::vector<State> states;  ///< of the outputs, then of the filters on measures
  };

  Group& group_of(std::span<const Value> cells);
  void count(State& state, const Output& output, const ColumnOf& column_of, const RowOf& row_of) const;
  Value result(const State& state, const Output& output) const;

  const Plan& plan_;
  std::unordered_map<std::string, std::size_t> places_;
  std::deque<Group> groups_;
};

}  // namespace weir::sandbox::looker

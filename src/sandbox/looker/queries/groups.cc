// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/queries/groups.h"

#include <algorithm>

namespace weir::sandbox::looker {
namespace {

/// Bytes that are equal for equal values of one column.
void append_key(std::string& key, const Value& value) {
  key += static_cast<char>(value.kind);
  if (value.kind == Kind::Text) {
    key += std::to_string(value.text.size());
    key += ':';
    key += value.text;
    return;
  }
  const double number = value.kind == Kind::Number ? value.number : 0;
  const std::int64_t integer = value.kind == Kind::Number ? 0 : value.integer;
  key.append(reinterpret_cast<const char*>(&integer), sizeof integer);
  key.append(reinterpret_cast<const char*>(&number), sizeof number);
}

double number_of(const Value& value) {
  return value.kind == Kind::Number ? value.number : static_cast<double>(value.integer);
}

bool is_whole(const Output& output, const Plan& plan) {
  const Column* column = plan.slots[output.slot].view->column(output.field.measure->column);
  return column != nullptr && column->type == Type::Integer;
}

}  // namespace

Groups::Group& Groups::group_of(std::span<const Value> cells) {
  std::string key;
  for (const Value& cell : cells) append_key(key, cell);
  const auto [place, is_new] = places_.emplace(std::move(key), groups_.size());
  if (!is_new) return groups_[place->second];
  Group& group = groups_.emplace_back();
  group.dimensions.assign(cells.begin(), cells.end());
  for (Value& cell : group.dimensions) {
    if (cell.kind == Kind::Text) cell.text = group.texts.emplace_back(cell.text);
  }
  group.states.resize(plan_.outputs.size() + plan_.having.size());
  return group;
}

void Groups::add(std::span<const Value> cells, const ColumnOf& column_of, const RowOf& row_of) {
  Group& group = group_of(cells);
  for (std::size_t i = 0; i < group.states.size(); ++i) {
    const std::size_t outputs = plan_.outputs.size();
    const Output& output = i < outputs ? plan_.outputs[i] : plan_.having[i - outputs].on;
    if (output.field.measure != nullptr) count(group.states[i], output, column_of, row_of);
  }
}

void Groups::count(State& state, const Output& output, const ColumnOf& column_of, const RowOf& row_of) const {
  const Measure& measure = *output.field.measure;
  const Row row = row_of(output);
  if (row == kNoRow || (output.slot != 0 && !state.rows.insert(row).second)) return;
  if (!measure.only_column.empty() && column_of(output, measure.only_column).text != measure.only_is) return;
  if (measure.kind == MeasureKind::Count) {
    ++state.count;
    return;
  }
  const Value value = column_of(output, measure.column);
  if (value.kind == Kind::Null) return;
  ++state.count;
  if (measure.kind == MeasureKind::CountDistinct) {
    std::string key;
    append_key(key, value);
    state.different.insert(std::move(key));
    return;
  }
  state.sum += number_of(value);
  state.whole_sum += value.integer;
  if (state.count == 1 || number_of(value) < number_of(state.least)) state.least = value;
  if (state.count == 1 || number_of(value) > number_of(state.most)) state.most = value;
}

Value Groups::result(const State& state, const Output& output) const {
  const Measure& measure = *output.field.measure;
  switch (measure.kind) {
    case MeasureKind::Count:
      return integer_value(state.count * measure.factor);
    case MeasureKind::CountDistinct:
      return integer_value(static_cast<std::int64_t>(state.different.size()) * measure.factor);
    case MeasureKind::Sum:
      return is_whole(output, plan_) ? integer_value(state.whole_sum) : number_value(state.sum);
    case MeasureKind::Average:
      return state.count == 0 ? Value{} : number_value(state.sum / static_cast<double>(state.count));
    case MeasureKind::Minimum:
      return state.least;
    case MeasureKind::Maximum:
      return state.most;
  }
  return {};
}

void Groups::for_each(const std::function<void(std::span<const Value>)>& take) {
  const bool has_dimensions =
      std::any_of(plan_.outputs.begin(), plan_.outputs.end(),
                  [](const Output& output) { return output.field.measure == nullptr; });
  if (!has_dimensions) (void)group_of(std::vector<Value>(plan_.outputs.size()));
  for (const Group& group : groups_) {
    std::vector<Value> cells = group.dimensions;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (plan_.outputs[i].field.measure != nullptr) cells[i] = result(group.states[i], plan_.outputs[i]);
    }
    bool is_taken = true;
    for (std::size_t i = 0; i < plan_.having.size(); ++i) {
      const Condition& condition = plan_.having[i];
      is_taken = is_taken && condition.takes(result(group.states[cells.size() + i], condition.on));
    }
    if (is_taken) take(cells);
  }
}

}  // namespace weir::sandbox::looker

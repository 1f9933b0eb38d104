// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/queries/scan.h"

#include <algorithm>

#include "sandbox/looker/queries/groups.h"

namespace weir::sandbox::looker {
namespace {

/// Nothing comes before everything else, as MySQL has it.
int compare(const Value& a, const Value& b) {
  if (a.kind == Kind::Null || b.kind == Kind::Null) {
    return static_cast<int>(a.kind != Kind::Null) - static_cast<int>(b.kind != Kind::Null);
  }
  if (a.kind == Kind::Text) return a.text.compare(b.text);
  if (a.kind == Kind::Number || b.kind == Kind::Number) {
    const auto number = [](const Value& value) {
      return value.kind == Kind::Number ? value.number : static_cast<double>(value.integer);
    };
    return number(a) < number(b) ? -1 : static_cast<int>(number(b) < number(a));
  }
  return a.integer < b.integer ? -1 : static_cast<int>(b.integer < a.integer);
}

}  // namespace

Scan::Scan(SharedPlan plan)
    : plan_(std::move(plan)),
      wall_(plan_->zone),
      rows_(plan_->slots.size(), kNoRow),
      cells_(plan_->outputs.size()),
      position_(plan_->order == Order::ReversedRows ? plan_->end : plan_->begin),
      left_(plan_->limit) {}

/// Finds the rows that are joined to this one; false when it has not come to light.
bool Scan::load(Row row) {
  const View& driving = *plan_->slots.front().view;
  if (driving.is_visible && !driving.is_visible(row)) return false;
  scratch_.clear();
  rows_[0] = row;
  for (std::size_t i = 1; i < rows_.size(); ++i) {
    const Slot& slot = plan_->slots[i];
    const Row parent = rows_[slot.parent];
    const Value key = parent == kNoRow ? Value{} : slot.key->get(parent, scratch_);
    rows_[i] = key.kind == Kind::Null ? kNoRow : slot.view->find(key.integer);
  }
  return true;
}

Value Scan::column_cell(const Output& output, const Column& column) {
  const Row row = rows_[output.slot];
  return row == kNoRow ? Value{} : column.get(row, scratch_);
}

Value Scan::cell(const Output& output) {
  const Field& field = output.field;
  const Value value = column_cell(output, *field.column);
  if (value.kind != Kind::Time || !field.timeframe) return value;
  const bool is_converted = *field.timeframe != Timeframe::Raw && field.column->type == Type::Time;
  return shown(*field.timeframe, (is_converted ? wall_ : utc_).local(value.integer), scratch_);
}

bool Scan::takes() {
  return std::all_of(plan_->conditions.begin(), plan_->conditions.end(), [this](const Condition& condition) {
    const Field& field = condition.on.field;
    const bool is_instant = field.timeframe && info(*field.timeframe).sense == Sense::Instant;
    return condition.takes(is_instant ? column_cell(condition.on, *field.column) : cell(condition.on));
  });
}

/// The next row of the driving view that the filters take, in its order or against it.
bool Scan::next_row(Row& row) {
  const bool is_reversed = plan_->order == Order::ReversedRows;
  while (is_reversed ? position_ > plan_->begin : position_ < plan_->end) {
    row = is_reversed ? --position_ : position_++;
    if (load(row) && takes()) return true;
  }
  return false;
}

bool Scan::next(std::span<const Value>& cells) {
  if (left_ == 0) return false;
  if (plan_->order == Order::Sorted && !is_gathered_) gather();
  if (is_gathered_) {
    if (next_stored_ == stored_.size()) return false;
    const StoredRow& stored = stored_[next_stored_++];
    --left_;
    if (plan_->is_grouped) {
      cells = std::span(stored.cells).first(plan_->shown);
      return true;
    }
    load(stored.row);
  } else {
    Row row = 0;
    if (!next_row(row)) return false;
    --left_;
  }
  for (std::size_t i = 0; i < plan_->shown; ++i) cells_[i] = cell(plan_->outputs[i]);
  cells = std::span(cells_).first(plan_->shown);
  return true;
}

/// A copy whose texts stay when the scratch is cleared.
Scan::StoredRow Scan::stored(std::span<const Value> cells, Row row) const {
  StoredRow made{row, {cells.begin(), cells.end()}, std::make_unique<std::string[]>(cells.size())};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].kind != Kind::Text) continue;
    made.texts[i] = cells[i].text;
    made.cells[i].text = made.texts[i];
  }
  return made;
}

void Scan::gather() {
  is_gathered_ = true;
  if (plan_->is_grouped) {
    gather_groups();
  } else {
    std::vector<Value> keys(plan_->sorts.size());
    Row row = 0;
    while (next_row(row)) {
      for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = cell(plan_->outputs[plan_->sorts[i].output]);
      stored_.push_back(stored(keys, row));
    }
  }
  sort();
}

void Scan::gather_groups() {
  Groups groups(*plan_);
  std::vector<Value> cells(plan_->outputs.size());
  Row row = 0;
  while (next_row(row)) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const Output& output = plan_->outputs[i];
      if (output.field.measure == nullptr) cells[i] = cell(output);
    }
    groups.add(
        cells,
        [this](const Output& output, const std::string& column) {
          const Column* of_view = plan_->slots[output.slot].view->column(column);
          return of_view == nullptr ? Value{} : column_cell(output, *of_view);
        },
        [this](const Output& output) { return rows_[output.slot]; });
  }
  groups.for_each([this](std::span<const Value> group) { stored_.push_back(stored(group, kNoRow)); });
}

void Scan::sort() {
  const auto key = [this](const StoredRow& row, std::size_t i) -> const Value& {
    return row.cells[plan_->is_grouped ? plan_->sorts[i].output : i];
  };
  std::stable_sort(stored_.begin(), stored_.end(), [&](const StoredRow& a, const StoredRow& b) {
    for (std::size_t i = 0; i < plan_->sorts.size(); ++i) {
      const int order = compare(key(a, i), key(b, i));
      if (order != 0) return plan_->sorts[i].is_descending ? order > 0 : order < 0;
    }
    return false;
  });
}

}  // namespace weir::sandbox::looker

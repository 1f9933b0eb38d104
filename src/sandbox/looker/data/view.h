// SPDX-License-Identifier: Apache-2.0
// Views and explores: tables whose cells are computed when asked for, and how they are joined. Used by
// this folder. Immutable once shared, so any thread may read them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/looker/data/value.h"

namespace weir::sandbox::looker {

enum class Type { Text, Integer, Number, Flag, Time, Date, Tier };

enum class Visibility { Shown, Hidden };

/// A column gives one field of its name; a column of times gives one for every timeframe ("created_time",
/// "created_date", …), a column of dates only those of whole days.
struct Column {
  std::string name;
  Type type = Type::Text;
  std::string label;  ///< "Created", without the view's
  std::function<Value(Row, Scratch&)> get;
  Visibility visibility = Visibility::Shown;
};

enum class MeasureKind { Count, CountDistinct, Sum, Average, Minimum, Maximum };

struct Measure {
  std::string name;
  MeasureKind kind = MeasureKind::Count;
  std::string label{};
  std::string column{};                  ///< of the same view; unused by Count
  std::string only_column{}, only_is{};  ///< counts only rows with this text there; empty: all
  std::int64_t factor = 1;
};

struct View {
  std::string name, label;
  std::vector<Column> columns;
  std::vector<Measure> measures;
  std::string primary_key = "id";
  Row begin = 0, end = 0;                   ///< the rows that there are
  std::function<bool(Row)> is_visible{};    ///< of those, the ones that have come to light; empty: all
  std::string ascending{};                  ///< a column of times that never falls from row to row
  std::function<Row(std::int64_t)> find{};  ///< the row with this primary key, or kNoRow
  bool keys_ascend = true;                  ///< primary keys rise from row to row

  const Column* column(const std::string& column_name) const {
    for (const Column& candidate : columns) {
      if (candidate.name == column_name) return &candidate;
    }
    return nullptr;
  }
};

/// A view that has at most one row for each row of its parent.
struct Join {
  std::string view;
  std::string parent;      ///< the base or a view joined before
  std::string parent_key;  ///< column of the parent that holds the view's primary key
};

struct Explore {
  std::string name, label;
  std::string base;
  std::vector<Join> joins;
  /// Views with many rows for one of the base, the finest first: when a field of one is asked for, it is
  /// read instead of the base, and what it is a part of is joined to it by `joins`.
  std::vector<std::string> finer{};
  std::int64_t cache_hours = 12;
};

}  // namespace weir::sandbox::looker

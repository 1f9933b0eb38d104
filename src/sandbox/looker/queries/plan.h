// SPDX-License-Identifier: Apache-2.0
// Plan: a query that has been found good, bound to the views as they are now. Used by the scan and the
// writers. Immutable; any thread may read one.
#pragma once

#include <functional>

#include "sandbox/looker/queries/catalogue.h"
#include "sandbox/looker/queries/query.h"

namespace weir::sandbox::looker {

/// A view that rows are read from. The first one drives; a row of each other one is found by the key that
/// its parent holds.
struct Slot {
  SharedView view;
  std::size_t parent = 0;
  const Column* key = nullptr;
};

struct Output {
  Field field;
  std::size_t slot = 0;
};

/// A filter on a column, before grouping, or on a measure, after it.
struct Condition {
  Output on;
  std::function<bool(const Value&)> takes;
};

struct SortKey {
  std::size_t output = 0;
  bool is_descending = false;
};

enum class Order { Rows, ReversedRows, Sorted };

struct Plan {
  Query query;
  std::vector<Slot> slots;
  std::vector<Output> outputs;  ///< those asked for, then those that only sort
  std::size_t shown = 0;        ///< how many were asked for
  std::vector<Condition> conditions, having;
  std::vector<SortKey> sorts;
  std::int64_t limit = 5000;  ///< -1: all
  model::TimeZone zone = model::TimeZone::utc();
  Row begin = 0, end = 0;  ///< of the driving view
  bool is_grouped = false;
  Order order = Order::Rows;
};

using SharedPlan = std::shared_ptr<const Plan>;

/// What a plan depends on beside the query.
struct Surroundings {
  const Tables& tables;
  Window window;
  Timestamp now;  ///< what relative filters mean
};

/// Null when there are problems. The model and the explore must exist.
SharedPlan make_plan(const Query& query, const Explore& explore, const Surroundings& surroundings,
                     Problems& problems);

/// The limit in numbers; nothing when it is none.
std::optional<std::int64_t> parse_limit(const std::string& text);

}  // namespace weir::sandbox::looker

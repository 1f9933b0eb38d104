// SPDX-License-Identifier: Apache-2.0
// World: who and what there is in the instance, and the views that show it. Used by the catalogue.
// Immutable; thread-safe.
#pragma once

#include <fmt/format.h>

#include <memory>

#include "sandbox/looker/data/series.h"
#include "sandbox/looker/data/view.h"
#include "sandbox/looker/settings.h"

namespace weir::sandbox::looker {

struct World {
  explicit World(const Settings& settings, Timestamp now);

  std::uint64_t seed;
  std::int64_t late_seconds;
  Timestamp founded;  ///< New Year's day four years before
  std::int64_t users = 180, dashboards = 240, looks = 150, queries = 1500, plans = 45;
  Series history, events, jobs, builds, orders;

  /// A whole second of the instance's first two years; the higher the row, the later.
  std::int64_t creation(std::string_view subject, Row row, std::int64_t rows) const;
};

using SharedWorld = std::shared_ptr<const World>;
using ViewBuilder = View (*)(const SharedWorld& world, const Window& window);

View user_view(const SharedWorld& world, const Window& window);
View user_facts_view(const SharedWorld& world, const Window& window);
View role_view(const SharedWorld& world, const Window& window);
View group_view(const SharedWorld& world, const Window& window);
View dashboard_view(const SharedWorld& world, const Window& window);
View look_view(const SharedWorld& world, const Window& window);
View query_view(const SharedWorld& world, const Window& window);
View content_usage_view(const SharedWorld& world, const Window& window);
View history_view(const SharedWorld& world, const Window& window);
View query_metrics_view(const SharedWorld& world, const Window& window);
View event_view(const SharedWorld& world, const Window& window);
View event_attribute_view(const SharedWorld& world, const Window& window);
View api_usage_view(const SharedWorld& world, const Window& window);
View scheduled_plan_view(const SharedWorld& world, const Window& window);
View scheduled_plan_destination_view(const SharedWorld& world, const Window& window);
View scheduled_job_view(const SharedWorld& world, const Window& window);
View scheduled_job_stage_view(const SharedWorld& world, const Window& window);
View pdt_builds_view(const SharedWorld& world, const Window& window);
View pdt_event_log_view(const SharedWorld& world, const Window& window);
View order_items_view(const SharedWorld& world, const Window& window);
View products_view(const SharedWorld& world, const Window& window);

/// Makes columns whose label follows from their name.
class ViewMaker {
 public:
  using Get = std::function<Value(Row, Scratch&)>;
  ViewMaker(std::string name, std::string label) {
    view_.name = std::move(name), view_.label = std::move(label);
  }

  ViewMaker& add(std::string name, Type type, Get get, std::string label = {});
  ViewMaker& hidden(std::string name, Type type, Get get);
  ViewMaker& measure(Measure measure);
  /// Rows 0 to count, whose primary keys are 1 to count.
  View of(std::int64_t count) &&;
  /// Rows of a series, whose primary keys are one more than the row.
  View of(Extent extent, std::string ascending) &&;

 private:
  View view_;
};

/// "query_run_count" is "Query Run Count"; "id" is "ID".
std::string label_of(std::string_view name);

template <typename... Args>
Value text_of(Scratch& scratch, fmt::format_string<Args...> format, Args&&... args) {
  return text_value(scratch.keep(fmt::format(format, std::forward<Args>(args)...)));
}

/// The primary key of views whose rows are numbered.
inline Value number_of_row(Row row, Scratch&) { return integer_value(static_cast<std::int64_t>(row) + 1); }
inline Value nothing(Row, Scratch&) { return {}; }

}  // namespace weir::sandbox::looker

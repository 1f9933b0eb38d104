// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/data/history.h"

#include <cmath>

namespace weir::sandbox::looker {
namespace {

using SharedRuns = std::shared_ptr<const Runs>;
using Get = std::function<Value(Row, Scratch&)>;

/// What Runs::token() and number() are about.
constexpr std::uint64_t kSlug = 1;
constexpr std::uint64_t kCacheKey = 2;
constexpr std::uint64_t kSession = 3;
constexpr std::uint64_t kResultMaker = 4;
constexpr std::uint64_t kRenderKey = 5;
constexpr std::uint64_t kNode = 6;
constexpr std::uint64_t kSqlQuery = 7;
constexpr std::uint64_t kFormat = 8;
constexpr std::uint64_t kMessage = 9;
constexpr std::uint64_t kTask = 10;
constexpr std::uint64_t kBigQueryJob = 11;

constexpr std::array<std::string_view, 6> kSources = {"dashboard",      "explore", "saved_look",
                                                      "scheduled_task", "api4",    "renderer"};
constexpr std::array<std::string_view, 4> kStatuses = {"complete", "error", "killed", "cache_only_miss"};
constexpr std::array<std::string_view, 5> kMessages = {
    "SQL Error: Unknown column 'orders.nett' in 'field list'", "Query timed out | the warehouse was busy",
    "SQL Error:\nline 3: syntax error at or near \"FORM\"",
    "The connection \"warehouse\" is not available; try again later", "Ungültiger Wert für das Datum"};
constexpr std::array<std::string_view, 4> kFormats = {"json", "json_detail", "csv", "json_bi"};
constexpr std::array<std::string_view, 3> kConnections = {"warehouse", "warehouse", "lake"};
constexpr std::array<std::pair<double, std::string_view>, 5> kRuntimeTiers = {
    {{2, "Below 2"}, {10, "2 to 9"}, {30, "10 to 29"}, {120, "30 to 119"}, {1e9, "120 or Above"}}};

template <typename Function>
Get of(const SharedRuns& runs, Function function) {
  return [runs, function](Row row, Scratch&) { return function(*runs, row); };
}

Get token(const SharedRuns& runs, std::uint64_t subject) {
  return [runs, subject](Row row, Scratch& scratch) { return runs->token(row, subject, scratch); };
}

Get fixed_flag(bool value) {
  return [value](Row, Scratch&) { return flag_value(value); };
}

Value unless_zero(std::int64_t number) { return number == 0 ? Value{} : integer_value(number); }

Value source_of(const Runs& runs, Row row) {
  return text_value(kSources.at(static_cast<std::size_t>(runs.source(row))));
}

Value runtime_of(const Runs& runs, Row row) {
  const double seconds = runs.runtime(row);
  return seconds < 0 ? Value{} : number_value(seconds);
}

Value runtime_tier(const Runs& runs, Row row) {
  const double seconds = runs.runtime(row);
  for (const auto& [limit, tier] : kRuntimeTiers) {
    if (seconds >= 0 && seconds < limit) return text_value(tier);
  }
  return text_value("Undefined");
}

Value completed_of(const Runs& runs, Row row) {
  const double seconds = runs.runtime(row);
  if (seconds < 0) return {};
  return time_value(runs.created(row) + static_cast<std::int64_t>(std::ceil(seconds)) * kSecond);
}

Value message_of(const Runs& runs, Row row) {
  if (runs.status(row) != RunStatus::Error) return {};
  return text_value(kMessages.at(runs.number(row, kMessage, kMessages.size())));
}

Value dashboard_text(const Runs& runs, Row row, Scratch& scratch) {
  if (const auto lookml = runs.lookml_dashboard(row); !lookml.empty()) return text_value(lookml);
  const std::int64_t number = runs.dashboard(row);
  return number == 0 ? Value{} : text_of(scratch, "{}", number);
}

Value title_of(const Runs& runs, Row row, Scratch& scratch) {
  return runs.source(row) == RunSource::SavedLook ? text_of(scratch, "Look {}", runs.look(row)) : Value{};
}

/// One for each user and five minutes of activity.
Value slot_of(const Runs& runs, Row row) {
  return integer_value(runs.created(row) / (5 * kMinute) * 1000 + runs.user(row));
}

void add_times(ViewMaker& view, const SharedRuns& runs) {
  view.add("created", Type::Time,
           of(runs, [](const Runs& all, Row row) { return time_value(all.created(row)); }))
      .add("completed", Type::Time, of(runs, completed_of))
      .add("runtime", Type::Number, of(runs, runtime_of))
      .add("runtime_in_seconds", Type::Number, of(runs, runtime_of), "Runtime in Seconds")
      .add("runtime_tiers", Type::Tier, of(runs, runtime_tier))
      .add("most_recent_run_at", Type::Time,
           of(runs, [](const Runs& all, Row row) { return time_value(all.created(row)); }))
      .add("most_recent_length", Type::Number, of(runs, runtime_of));
}

void add_origin(ViewMaker& view, const SharedRuns& runs) {
  const auto raw = [](const Runs& all, Row row) {
    return all.source(row) == RunSource::SavedLook ? text_value("look") : source_of(all, row);
  };
  view.add("status", Type::Text,
           of(runs,
              [](const Runs& all, Row row) {
                return text_value(kStatuses.at(static_cast<std::size_t>(all.status(row))));
              }))
      .add("source", Type::Text, of(runs, source_of))
      .add("raw_source", Type::Text, of(runs, raw))
      .add("issuer_source", Type::Text, of(runs, source_of))
      .add("message", Type::Text, of(runs, message_of))
      .add("title", Type::Text, [runs](Row row, Scratch& scratch) { return title_of(*runs, row, scratch); })
      .add("query_id", Type::Integer,
           of(runs, [](const Runs& all, Row row) { return integer_value(all.query(row)); }))
      .add("look_id", Type::Integer,
           of(runs, [](const Runs& all, Row row) { return unless_zero(all.look(row)); }))
      .add("user_id", Type::Integer,
           of(runs, [](const Runs& all, Row row) { return integer_value(all.user(row)); }))
      .add("dashboard_id", Type::Text,
           [runs](Row row, Scratch& scratch) { return dashboard_text(*runs, row, scratch); })
      .add(
          "real_dash_id", Type::Text,
          [runs](Row row, Scratch& scratch) { return dashboard_text(*runs, row, scratch); },
          "Dashboard ID (Inclusive)")
      .add("dashboard_id_as_number", Type::Integer,
           of(runs, [](const Runs& all, Row row) { return unless_zero(all.dashboard(row)); }))
      .add("dashboard_session", Type::Text,
           [runs](Row row, Scratch& scratch) {
             return runs->source(row) == RunSource::Dashboard ? runs->token(row / 6, kSession, scratch)
                                                              : Value{};
           })
      .add("is_user_dashboard", Type::Flag,
           of(runs, [](const Runs& all, Row row) { return flag_value(all.dashboard(row) != 0); }));
}

void add_keys(ViewMaker& view, const SharedRuns& runs) {
  const auto connection = of(runs, [](const Runs& all, Row row) {
    return text_value(kConnections.at(static_cast<std::size_t>(all.query(row) % 3)));
  });
  view.add("sql_query_id", Type::Integer,
           of(runs,
              [](const Runs& all, Row row) {
                return integer_value(static_cast<std::int64_t>(all.number(row, kSqlQuery, 900'000)) + 1);
              }))
      .add("result_maker_id", Type::Text, token(runs, kResultMaker))
      .add("slug", Type::Text, token(runs, kSlug))
      .add("cache_key", Type::Text, token(runs, kCacheKey))
      .add("render_key", Type::Text,
           [runs](Row row, Scratch& scratch) {
             return runs->source(row) == RunSource::Renderer ? runs->token(row, kRenderKey, scratch)
                                                             : Value{};
           })
      .add("connection_id", Type::Text, connection)
      .add("connection_name", Type::Text, connection)
      .add("dialect", Type::Text,
           of(runs,
              [](const Runs& all, Row row) {
                return text_value(all.query(row) % 3 == 2 ? "bigquery_standard_sql" : "redshift");
              }))
      .add("node_id", Type::Integer,
           of(runs,
              [](const Runs& all, Row row) {
                return integer_value(static_cast<std::int64_t>(all.number(row, kNode, 3)) + 1);
              }))
      .add("result_format", Type::Text,
           of(runs,
              [](const Runs& all, Row row) {
                return text_value(kFormats.at(all.number(row, kFormat, kFormats.size())));
              }))
      .add("result_source", Type::Text,
           of(runs, [](const Runs& all,
                       Row row) { return text_value(all.is_from_cache(row) ? "cache" : "query"); }))
      .add("workspace_id", Type::Text, [](Row, Scratch&) { return text_value("production"); });
}

void add_flags(ViewMaker& view, const SharedRuns& runs) {
  const auto is = [&runs](RunSource source) {
    return of(runs, [source](const Runs& all, Row row) { return flag_value(all.source(row) == source); });
  };
  view.add("cache", Type::Flag,
           of(runs, [](const Runs& all, Row row) { return flag_value(all.is_from_cache(row)); }))
      .add("cache_only", Type::Flag,
           of(runs, [](const Runs& all,
                       Row row) { return flag_value(all.status(row) == RunStatus::CacheOnlyMiss); }))
      .add("force_production", Type::Flag, is(RunSource::ScheduledTask))
      .add("generate_links", Type::Flag, is(RunSource::Dashboard))
      .add("rebuild_pdts", Type::Flag, fixed_flag(false))
      .add("server_table_calcs", Type::Flag, fixed_flag(false))
      .add("apply_formatting", Type::Flag, is(RunSource::Explore))
      .add("apply_vis", Type::Flag, is(RunSource::SavedLook))
      .add("is_single_query", Type::Flag, is(RunSource::Explore))
      .hidden("usage_slot", Type::Integer, of(runs, slot_of));
}

void add_measures(ViewMaker& view) {
  using Kind = MeasureKind;
  view.measure({.name = "count"})
      .measure({.name = "query_run_count"})
      .measure({.name = "dashboard_run_count", .kind = Kind::CountDistinct, .column = "dashboard_session"})
      .measure({.name = "average_runtime", .kind = Kind::Average, .column = "runtime"})
      .measure({.name = "total_runtime", .kind = Kind::Sum, .column = "runtime"})
      .measure({.name = "max_runtime", .kind = Kind::Maximum, .column = "runtime"})
      .measure({.name = "min_runtime", .kind = Kind::Minimum, .column = "runtime"})
      .measure({.name = "cache_result_query_count", .only_column = "result_source", .only_is = "cache"})
      .measure({.name = "database_result_query_count", .only_column = "result_source", .only_is = "query"})
      .measure({.name = "approximate_usage_in_minutes",
                .kind = Kind::CountDistinct,
                .label = "Approximate Web Usage in Minutes",
                .column = "usage_slot",
                .factor = 5});
}

}  // namespace

View history_view(const SharedWorld& world, const Window& window) {
  const SharedRuns runs = std::make_shared<Runs>(world);
  ViewMaker view("history", "History");
  view.add("id", Type::Integer, number_of_row);
  add_times(view, runs);
  add_origin(view, runs);
  add_keys(view, runs);
  add_flags(view, runs);
  add_measures(view);
  View made = std::move(view).of(extent(world->history, window), "created");
  if (world->late_seconds > 0) {
    made.is_visible = [runs, newest = window.newest](Row row) { return runs->is_visible(row, newest); };
  }
  return made;
}

View query_metrics_view(const SharedWorld& world, const Window& window) {
  const SharedRuns runs = std::make_shared<Runs>(world);
  constexpr std::array<std::pair<std::string_view, double>, 12> kStages = {{{"async_processing", 0.01},
                                                                            {"queued", 0.05},
                                                                            {"explore_init", 0.02},
                                                                            {"model_load", 0.02},
                                                                            {"prepare", 0.03},
                                                                            {"acquire_connection", 0.02},
                                                                            {"connection_held", 0.8},
                                                                            {"execute_main_query", 0.7},
                                                                            {"load_process_and_stream", 0.1},
                                                                            {"stream_to_cache", 0.05},
                                                                            {"postprocessing", 0.02},
                                                                            {"cache_load", 0.01}}};
  ViewMaker view("query_metrics", "Query Metrics");
  view.add("id", Type::Integer, number_of_row)
      .add("history_id", Type::Integer, number_of_row)
      .add("query_task_id", Type::Text, token(runs, kTask))
      .add("created_at", Type::Time,
           of(runs, [](const Runs& all, Row row) { return time_value(all.created(row)); }))
      .add("bigquery_job_id", Type::Text, [runs](Row row, Scratch& scratch) {
        return runs->query(row) % 3 == 2 ? runs->token(row, kBigQueryJob, scratch) : Value{};
      });
  for (const auto& [stage, share] : kStages) {
    view.add(std::string(stage), Type::Number, of(runs, [share = share](const Runs& all, Row row) {
               const double seconds = all.runtime(row);
               return seconds < 0 ? Value{} : number_value(std::round(seconds * share * 1e6) / 1e6);
             }));
  }
  view.measure({.name = "count"});
  return std::move(view).of(extent(world->history, window), "created_at");
}

}  // namespace weir::sandbox::looker

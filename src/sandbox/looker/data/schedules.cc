// SPDX-License-Identifier: Apache-2.0
// Plans, their jobs with three stages each, where they go; builds of derived tables.
#include <cmath>

#include "sandbox/looker/data/world.h"

namespace weir::sandbox::looker {
namespace {

constexpr std::array<std::string_view, 4> kCrons = {"0 6 * * *", "30 7 * * 1", "0 * * * *", "15 5 1 * *"};
constexpr std::array<std::string_view, 3> kPlanZones = {"America/Vancouver", "Europe/Berlin", "UTC"};
constexpr std::array<std::string_view, 3> kJobStages = {"enqueue", "execute", "deliver"};
constexpr std::array<std::string_view, 4> kTables = {"daily_orders", "user_cohorts", "session_facts",
                                                     "inventory"};
constexpr std::array<std::string_view, 3> kActions = {"create begin", "create complete", "regenerate"};

std::int64_t plan_of_job(const World& world, Row row) {
  return static_cast<std::int64_t>(
             Chance(world.seed, "scheduled_job.plan").below(row, static_cast<std::uint64_t>(world.plans))) +
         1;
}

std::string_view cron_of(Row plan_row) { return kCrons.at(plan_row % kCrons.size()); }

std::int64_t job_seconds(const World& world, Row row) {
  return 1 + static_cast<std::int64_t>(Chance(world.seed, "scheduled_job.seconds").skewed_below(row, 240));
}

bool job_failed(const World& world, Row row) {
  return Chance(world.seed, "scheduled_job.status").happens(row, 0.05);
}

double build_seconds(const World& world, Row row) {
  return std::round(Chance(world.seed, "pdt_builds.seconds").share(row) * 600'000) / 1000;
}

std::string_view table_of(const World& world, Row row) {
  return Chance(world.seed, "pdt_builds.table").pick(row, kTables);
}

ViewMaker::Get always(std::string_view value) {
  return [value](Row, Scratch&) { return text_value(value); };
}

}  // namespace

View scheduled_plan_view(const SharedWorld& world, const Window& window) {
  const auto users = static_cast<std::uint64_t>(world->users);
  const Chance user(world->seed, "scheduled_plan.user");
  ViewMaker view("scheduled_plan", "Scheduled Plan");
  view.add("id", Type::Integer, number_of_row)
      .add("name", Type::Text,
           [](Row row, Scratch& scratch) { return text_of(scratch, "Delivery {}", row + 1); })
      .add("user_id", Type::Integer,
           [user, users](Row row, Scratch&) {
             return integer_value(static_cast<std::int64_t>(user.skewed_below(row, users)) + 1);
           })
      .add("cron_schedule", Type::Text, [](Row row, Scratch&) { return text_value(cron_of(row)); })
      .add("timezone", Type::Text,
           [](Row row, Scratch&) { return text_value(kPlanZones.at(row % kPlanZones.size())); })
      .add("next_run", Type::Time,
           [window](Row row, Scratch&) {
             return time_value((window.newest.micros / kHour + 1 + static_cast<std::int64_t>(row % 24)) *
                               kHour);
           })
      .add("run_once", Type::Flag, [](Row row, Scratch&) { return flag_value(row % 15 == 9); })
      .add("datagroup", Type::Text, nothing)
      .add("send_all_results", Type::Flag, [](Row row, Scratch&) { return flag_value(row % 4 == 0); })
      .add("content_type_id", Type::Text,
           [](Row row, Scratch& scratch) { return text_of(scratch, "{}", row % 60 + 1); })
      .measure({.name = "count"});
  return std::move(view).of(world->plans);
}

View scheduled_plan_destination_view(const SharedWorld& world, const Window& /*window*/) {
  ViewMaker view("scheduled_plan_destination", "Scheduled Plan Destination");
  view.hidden("id", Type::Integer, number_of_row)
      .add("type", Type::Text, [](Row row, Scratch&) { return text_value(row % 5 == 0 ? "s3" : "email"); })
      .add("format", Type::Text,
           [](Row row, Scratch&) { return text_value(row % 5 == 0 ? "csv" : "inline_table"); })
      .add("address", Type::Text, [](Row row, Scratch& scratch) {
        return row % 5 == 0 ? text_value("s3://example-bucket/reports")
                            : text_of(scratch, "team{}@example.com", row % 9);
      });
  return std::move(view).of(world->plans);
}

View scheduled_job_view(const SharedWorld& world, const Window& window) {
  ViewMaker view("scheduled_job", "Scheduled Job");
  view.add("id", Type::Integer, number_of_row)
      .add("status", Type::Text,
           [world](Row row, Scratch&) { return text_value(job_failed(*world, row) ? "failure" : "success"); })
      .add("status_detail", Type::Text,
           [world](Row row, Scratch&) {
             return job_failed(*world, row) ? text_value("The mail server refused 2 of 3 addresses")
                                            : Value{};
           })
      .add("created", Type::Time, [world](Row row, Scratch&) { return time_value(world->jobs.time(row)); })
      .add("finalized", Type::Time,
           [world](Row row, Scratch&) {
             return time_value(world->jobs.time(row) + job_seconds(*world, row) * kSecond);
           })
      .add("cron_schedule", Type::Text,
           [world](Row row, Scratch&) {
             return text_value(cron_of(static_cast<Row>(plan_of_job(*world, row) - 1)));
           })
      .hidden("scheduled_plan_id", Type::Integer,
              [world](Row row, Scratch&) { return integer_value(plan_of_job(*world, row)); })
      .measure({.name = "count"});
  return std::move(view).of(extent(world->jobs, window), "created");
}

View scheduled_job_stage_view(const SharedWorld& world, const Window& window) {
  constexpr Row kCount = kJobStages.size();
  const auto start = [world](Row row) {
    const auto stage = static_cast<std::int64_t>(row % kCount);
    return world->jobs.time(row / kCount) + job_seconds(*world, row / kCount) * stage * kSecond / 3;
  };
  const auto seconds = [world](Row row) {
    return static_cast<double>(job_seconds(*world, row / kCount)) / 3;
  };
  ViewMaker view("scheduled_job_stage", "Scheduled Job Stage");
  view.add("id", Type::Integer, number_of_row)
      .add("stage", Type::Text, [](Row row, Scratch&) { return text_value(kJobStages.at(row % kCount)); })
      .add("scheduled_job_id", Type::Integer,
           [](Row row, Scratch&) { return integer_value(static_cast<std::int64_t>(row / kCount) + 1); })
      .add("runtime", Type::Number, [seconds](Row row, Scratch&) { return number_value(seconds(row)); })
      .add("started", Type::Time,
           [start](Row row, Scratch&) { return time_value(start(row) / kSecond * kSecond); })
      .add("completed", Type::Time, [start, seconds](Row row, Scratch&) {
        const auto end = static_cast<double>(start(row)) + seconds(row) * static_cast<double>(kSecond);
        return time_value(static_cast<std::int64_t>(end) / kSecond * kSecond);
      });
  const Extent jobs = extent(world->jobs, window);
  return std::move(view).of({jobs.begin * kCount, jobs.end * kCount}, "");
}

View pdt_builds_view(const SharedWorld& world, const Window& window) {
  ViewMaker view("pdt_builds", "PDT Builds");
  view.hidden("id", Type::Integer, number_of_row)
      .add("start", Type::Time, [world](Row row, Scratch&) { return time_value(world->builds.time(row)); })
      .add("view_name", Type::Text, [world](Row row, Scratch&) { return text_value(table_of(*world, row)); })
      .add("connection", Type::Text, always("warehouse"))
      .add("model_name", Type::Text, always("thelook"))
      .add("elapsed_minutes", Type::Number,
           [world](Row row, Scratch&) {
             return number_value(std::round(build_seconds(*world, row) / 0.06) / 1000);
           })
      .add("elapsed_seconds", Type::Number,
           [world](Row row, Scratch&) { return number_value(build_seconds(*world, row)); })
      .measure({.name = "count"})
      .measure(
          {.name = "average_build_time_minutes", .kind = MeasureKind::Average, .column = "elapsed_minutes"});
  return std::move(view).of(extent(world->builds, window), "start");
}

View pdt_event_log_view(const SharedWorld& world, const Window& window) {
  const Chance hash(world->seed, "pdt_event_log.hash");
  ViewMaker view("pdt_event_log", "PDT Event Log");
  view.add("id", Type::Integer, number_of_row)
      .add("action", Type::Text,
           [](Row row, Scratch&) { return text_value(kActions.at(row % kActions.size())); })
      .add("action_data", Type::Text, nothing)
      .add("at", Type::Time, [world](Row row, Scratch&) { return time_value(world->builds.time(row)); })
      .add("connection", Type::Text, always("warehouse"))
      .add("model_name", Type::Text, always("thelook"))
      .add("view_name", Type::Text, [world](Row row, Scratch&) { return text_value(table_of(*world, row)); })
      .add("table_name", Type::Text,
           [world, hash](Row row, Scratch& scratch) {
             return text_of(scratch, "LR$X{:08x}_{}", hash.bits(row / 50) & 0xffffffffU,
                            table_of(*world, row));
           })
      .add("hash_key", Type::Text,
           [hash](Row row, Scratch& scratch) { return text_of(scratch, "{:016x}", hash.bits(row / 50)); })
      .add("tid", Type::Text, [](Row row, Scratch& scratch) { return text_of(scratch, "{}", row / 3); })
      .add("tseq", Type::Text, [](Row row, Scratch& scratch) { return text_of(scratch, "{}", row % 3); })
      .measure({.name = "count"});
  return std::move(view).of(extent(world->builds, window), "at");
}

}  // namespace weir::sandbox::looker

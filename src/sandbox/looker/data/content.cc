// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/data/content.h"

#include "sandbox/looker/data/world.h"

namespace weir::sandbox::looker {
namespace {

/// With the characters that break naive readers of CSV and JSON.
constexpr std::array<std::string_view, 24> kSubjects = {"Supplier scorecard",  "Revenue, net of returns",
                                                        "Ana's board",         "Umsätze \"Süd\"",
                                                        "Churn | cohorts",     "Warehouse load",
                                                        "Order funnel",        "Support tickets",
                                                        "Executive summary",   "Inventory 日次",
                                                        "Web traffic",         "Marketing spend",
                                                        "Data quality",        "Cash flow",
                                                        "Forecast vs. actual", "Headcount",
                                                        "Shipping times",      "Returns",
                                                        "Campaigns",           "Price changes",
                                                        "Daily stand-up",      "Service levels",
                                                        "Margin by category",  "Logins"};
constexpr std::array<std::string_view, 5> kRegions = {"EMEA", "Americas", "APAC", "Global", "Pilot"};
constexpr std::array<std::string_view, kLookmlDashboards> kLookml = {
    "marketing::overview", "marketing::campaigns", "finance::daily_close",
    "finance::budget",     "operations::fleet",    "operations::incidents"};
constexpr std::array<std::string_view, 3> kViewers = {"dashboards-next", "dashboards-next", "dashboards"};

/// The time of something that happened to a few, after their making; nothing to the others.
Value later(const World& world, std::string_view subject, Row row, std::int64_t created, double share) {
  const Chance chance(world.seed, subject);
  if (!chance.happens(row, share)) return {};
  return time_value(created +
                    (1 + static_cast<std::int64_t>(chance.below(row + 90'000, std::uint64_t{86'400} * 300))) *
                        kSecond);
}

std::int64_t owner_of(const World& world, std::string_view subject, Row row) {
  const auto users = static_cast<std::uint64_t>(world.users);
  return static_cast<std::int64_t>(Chance(world.seed, subject).skewed_below(row, users)) + 1;
}

}  // namespace

std::string dashboard_title(const World& world, Row row) {
  const Chance chance(world.seed, "dashboard.title");
  return fmt::format("{} {}", chance.pick(row, kSubjects), chance.pick(row + 5000, kRegions));
}

std::string_view lookml_dashboard(Row row) { return kLookml.at(row); }

std::string look_title(const World& world, Row row) {
  const Chance chance(world.seed, "look.title");
  return fmt::format("{} ({})", chance.pick(row, kSubjects), chance.pick(row + 5000, kRegions));
}

bool dashboard_is_deleted(const World& world, Row row) {
  return Chance(world.seed, "dashboard.deleted").happens(row, 0.08);
}

bool look_is_deleted(const World& world, Row row) {
  return Chance(world.seed, "look.deleted").happens(row, 0.08);
}

View dashboard_view(const SharedWorld& world, const Window& /*window*/) {
  const auto created = [world](Row row) { return world->creation("dashboard", row, world->dashboards); };
  const auto flag = [world](std::string_view subject, double share) {
    return [chance = Chance(world->seed, subject), share](Row row, Scratch&) {
      return flag_value(chance.happens(row, share));
    };
  };
  const auto text = [](std::string_view value) {
    return [value](Row, Scratch&) { return text_value(value); };
  };
  ViewMaker view("dashboard", "Dashboard");
  view.add("id", Type::Integer, number_of_row)
      .add("id_as_string", Type::Text,
           [](Row row, Scratch& scratch) { return text_of(scratch, "{}", row + 1); })
      .add("title", Type::Text,
           [world](Row row, Scratch& scratch) {
             return text_value(scratch.keep(dashboard_title(*world, row)));
           })
      .add("description", Type::Text,
           [world](Row row, Scratch&) {
             return Chance(world->seed, "dashboard.description").happens(row, 0.7)
                        ? Value{}
                        : text_value("Updated daily.\nAsk the data team.");
           })
      .add("created", Type::Time, [created](Row row, Scratch&) { return time_value(created(row)); })
      .add("updated", Type::Time,
           [world, created](Row row, Scratch&) {
             return later(*world, "dashboard.updated", row, created(row), 1);
           })
      .add("deleted", Type::Time,
           [world, created](Row row, Scratch&) {
             return dashboard_is_deleted(*world, row)
                        ? later(*world, "dashboard.deleted_time", row, created(row), 1)
                        : Value{};
           })
      .add("deleter_id", Type::Integer,
           [world](Row row, Scratch&) {
             return dashboard_is_deleted(*world, row) ? integer_value(1) : Value{};
           })
      .add("last_updater_id", Type::Integer,
           [world](Row row, Scratch&) {
             return integer_value(owner_of(*world, "dashboard.last_updater", row));
           })
      .add("user_id", Type::Integer,
           [world](Row row, Scratch&) { return integer_value(owner_of(*world, "dashboard.user", row)); })
      .add("space_id", Type::Integer,
           [](Row row, Scratch&) { return integer_value(static_cast<std::int64_t>(row % 23) + 1); })
      .add("hidden", Type::Flag, flag("dashboard.hidden", 0.02))
      .add(
          "moved_to_trash", Type::Flag,
          [world](Row row, Scratch&) { return flag_value(dashboard_is_deleted(*world, row)); },
          "Moved to Trash")
      .add("run_on_load", Type::Flag, flag("dashboard.run_on_load", 0.9))
      .add("preferred_viewer", Type::Text,
           [world](Row row, Scratch&) {
             return text_value(Chance(world->seed, "dashboard.viewer").pick(row, kViewers));
           })
      .add("refresh_interval", Type::Text, nothing)
      .add("query_timezone", Type::Text, text("query_saved"))
      .add("lookml_link_id", Type::Text, nothing)
      .add("content_metadata_id", Type::Integer,
           [](Row row, Scratch&) { return integer_value(static_cast<std::int64_t>(row) + 3001); })
      .add("load_configuration", Type::Text, text("prefetch_cache_run"))
      .add("background_color", Type::Text, text("#f6f8fa"))
      .add("title_color", Type::Text, text("#3a4245"))
      .add("tile_background_color", Type::Text, text("#ffffff"))
      .add("tile_text_color", Type::Text, text("#3a4245"))
      .add("link", Type::Text,
           [](Row row, Scratch& scratch) { return text_of(scratch, "/dashboards/{}", row + 1); })
      .measure({.name = "count"});
  return std::move(view).of(world->dashboards);
}

View look_view(const SharedWorld& world, const Window& /*window*/) {
  const auto created = [world](Row row) { return world->creation("look", row, world->looks); };
  ViewMaker view("look", "Look");
  view.add("id", Type::Integer, number_of_row)
      .add("title", Type::Text,
           [world](Row row, Scratch& scratch) { return text_value(scratch.keep(look_title(*world, row))); })
      .add("description", Type::Text, nothing)
      .add("query_id", Type::Integer,
           [world](Row row, Scratch&) {
             return integer_value(static_cast<std::int64_t>(row * 7 % static_cast<Row>(world->queries)) + 1);
           })
      .add("user_id", Type::Integer,
           [world](Row row, Scratch&) { return integer_value(owner_of(*world, "look.user", row)); })
      .add("space_id", Type::Integer,
           [](Row row, Scratch&) { return integer_value(static_cast<std::int64_t>(row % 23) + 1); })
      .add("public", Type::Flag, [](Row row, Scratch&) { return flag_value(row % 29 == 3); })
      .add("public_slug", Type::Text,
           [](Row row, Scratch& scratch) {
             return row % 29 == 3 ? text_of(scratch, "p{:05}", row * 97) : Value{};
           })
      .add("is_run_on_load", Type::Flag, [](Row, Scratch&) { return flag_value(true); })
      .add(
          "moved_to_trash", Type::Flag,
          [world](Row row, Scratch&) { return flag_value(look_is_deleted(*world, row)); }, "Moved to Trash")
      .add("created", Type::Time, [created](Row row, Scratch&) { return time_value(created(row)); })
      .add(
          "updated", Type::Time,
          [world, created](Row row, Scratch&) { return later(*world, "look.updated", row, created(row), 1); })
      .add("deleted", Type::Time,
           [world, created](Row row, Scratch&) {
             return look_is_deleted(*world, row) ? later(*world, "look.deleted_time", row, created(row), 1)
                                                 : Value{};
           })
      .add("link", Type::Text,
           [](Row row, Scratch& scratch) { return text_of(scratch, "/looks/{}", row + 1); })
      .measure({.name = "count"});
  return std::move(view).of(world->looks);
}

}  // namespace weir::sandbox::looker

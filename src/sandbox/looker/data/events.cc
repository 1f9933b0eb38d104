// SPDX-License-Identifier: Apache-2.0
// Audit events with two attributes each, and calls of the API by day.
#include <cmath>

#include "sandbox/looker/data/world.h"

namespace weir::sandbox::looker {
namespace {

struct EventKind {
  std::string_view name, category;
  std::string_view first, second;  ///< names of its attributes
};

constexpr std::array<EventKind, 8> kEvents = {{{"login", "user", "login_type", "ip"},
                                               {"logout", "user", "session", "ip"},
                                               {"run_query", "query", "query_id", "source"},
                                               {"download_query_results", "query", "query_id", "format"},
                                               {"update_dashboard", "dashboard", "dashboard_id", "title"},
                                               {"create_look", "look", "look_id", "title"},
                                               {"view_dashboard", "dashboard", "dashboard_id", "session"},
                                               {"create_user", "admin", "user_id", "roles"}}};
constexpr Row kAttributes = 2;
constexpr std::array<std::string_view, 6> kEndpoints = {
    "POST /queries/run/:result_format", "POST /login",       "GET /lookml_models",
    "GET /dashboards/:dashboard_id",    "POST /query_tasks", "GET /users"};

const EventKind& kind_of(const World& world, Row row) {
  return Chance(world.seed, "event.kind").pick(row, kEvents);
}

Value attribute_name(const World& world, Row row) {
  const EventKind& kind = kind_of(world, row / kAttributes);
  return text_value(row % kAttributes == 0 ? kind.first : kind.second);
}

Value attribute_value(const World& world, Row row, Scratch& scratch) {
  const Value name = attribute_name(world, row);
  const std::uint64_t number = Chance(world.seed, "event_attribute.value").below(row, 250) + 1;
  if (name.text == "ip") return text_of(scratch, "203.0.113.{}", number);
  if (name.text == "title") return text_of(scratch, "Draft \"{}\", second try", number);
  if (name.text == "source" || name.text == "format") return text_value(number % 2 == 0 ? "explore" : "csv");
  if (name.text == "login_type") return text_value(number % 3 == 0 ? "email" : "saml");
  return text_of(scratch, "{}", number);
}

}  // namespace

View event_view(const SharedWorld& world, const Window& window) {
  const std::uint64_t seed = world->seed;
  const auto users = static_cast<std::uint64_t>(world->users);
  const Chance user(seed, "event.user");
  ViewMaker view("event", "Event");
  view.add("id", Type::Integer, number_of_row)
      .add("name", Type::Text, [world](Row row, Scratch&) { return text_value(kind_of(*world, row).name); })
      .add("category", Type::Text,
           [world](Row row, Scratch&) { return text_value(kind_of(*world, row).category); })
      .add("created", Type::Time, [world](Row row, Scratch&) { return time_value(world->events.time(row)); })
      .add("user_id", Type::Integer,
           [user, users](Row row, Scratch&) {
             return integer_value(static_cast<std::int64_t>(user.skewed_below(row, users)) + 1);
           })
      .add("sudo_user_id", Type::Integer,
           [](Row row, Scratch&) { return row % 97 == 0 ? integer_value(1) : Value{}; })
      .add("is_api_call", Type::Flag, [](Row row, Scratch&) { return flag_value(row % 5 == 1); })
      .add("is_admin", Type::Flag, [](Row row, Scratch&) { return flag_value(row % 7 == 0); })
      .add("is_looker_employee", Type::Flag, [](Row, Scratch&) { return flag_value(false); })
      .measure({.name = "count"});
  return std::move(view).of(extent(world->events, window), "created");
}

View event_attribute_view(const SharedWorld& world, const Window& window) {
  ViewMaker view("event_attribute", "Event Attribute");
  view.add("id", Type::Integer, number_of_row)
      .add("name", Type::Text, [world](Row row, Scratch&) { return attribute_name(*world, row); })
      .add("value", Type::Text,
           [world](Row row, Scratch& scratch) { return attribute_value(*world, row, scratch); })
      .hidden(
          "event_id", Type::Integer,
          [](Row row, Scratch&) { return integer_value(static_cast<std::int64_t>(row / kAttributes) + 1); })
      .hidden("event_created", Type::Time,
              [world](Row row, Scratch&) { return time_value(world->events.time(row / kAttributes)); })
      .measure({.name = "count"});
  const Extent events = extent(world->events, window);
  return std::move(view).of({events.begin * kAttributes, events.end * kAttributes}, "event_created");
}

View api_usage_view(const SharedWorld& world, const Window& window) {
  // A row for each endpoint and day; those of today are there from the morning on and grow.
  const auto usage = [world, now = window.newest](Row row) {
    const Chance chance(world->seed, "api_usage.total");
    const double whole = std::floor(chance.share(row) * 400);
    const double passed =
        static_cast<double>(now.micros - static_cast<std::int64_t>(row / kEndpoints.size()) * kDay);
    return static_cast<std::int64_t>(whole * std::min(1.0, passed / static_cast<double>(kDay)));
  };
  ViewMaker view("api_usage", "API Usage");
  view.add("endpoint", Type::Text,
           [](Row row, Scratch&) { return text_value(kEndpoints.at(row % kEndpoints.size())); })
      .add("created", Type::Date,
           [](Row row, Scratch&) {
             return time_value(static_cast<std::int64_t>(row / kEndpoints.size()) * kDay);
           })
      .hidden("id", Type::Integer, number_of_row)
      .hidden("usage", Type::Integer, [usage](Row row, Scratch&) { return integer_value(usage(row)); })
      .measure({.name = "total_usage", .kind = MeasureKind::Sum, .column = "usage"});
  const auto day_row = [](Date day) { return static_cast<Row>(day.days) * kEndpoints.size(); };
  return std::move(view).of({day_row(day_of(window.oldest)), day_row({day_of(window.newest).days + 1})},
                            "created");
}

}  // namespace weir::sandbox::looker

// SPDX-License-Identifier: Apache-2.0
// content_usage: counters that only grow, and when they last did.
#include <algorithm>
#include <cmath>

#include "sandbox/looker/data/content.h"

namespace weir::sandbox::looker {
namespace {

constexpr std::int64_t kBoards = 10;

enum class ContentKind { Dashboard, LookmlDashboard, Look, Board };

struct Content {
  ContentKind kind = ContentKind::Dashboard;
  Row row = 0;  ///< among those of its kind
};

Content content_of(const World& world, Row row) {
  const std::array<std::pair<ContentKind, std::int64_t>, 4> kinds = {
      {{ContentKind::Dashboard, world.dashboards},
       {ContentKind::LookmlDashboard, kLookmlDashboards},
       {ContentKind::Look, world.looks},
       {ContentKind::Board, kBoards}}};
  for (const auto& [kind, count] : kinds) {
    if (row < static_cast<Row>(count)) return {kind, row};
    row -= static_cast<Row>(count);
  }
  return {ContentKind::Board, row};
}

/// Ticks at a steady pace from the making of the content on.
struct Counter {
  std::string_view subject;
  double share;        ///< of the content that is counted at all
  double least, most;  ///< ticks a day
};

constexpr Counter kViews = {"content_usage.other", 1, 0.004, 40};
constexpr Counter kApi = {"content_usage.api", 0.2, 0.1, 20};
constexpr Counter kEmbed = {"content_usage.embed", 0.15, 0.1, 30};
constexpr Counter kFavorite = {"content_usage.favorite", 0.4, 0.001, 0.01};
constexpr Counter kPublic = {"content_usage.public", 0.03, 0.1, 5};
constexpr Counter kSchedule = {"content_usage.schedule", 0.15, 0.14, 2};

struct State {
  std::int64_t count = 0;
  std::int64_t last = 0;  ///< microseconds of the last tick, when there was one
};

State state_of(const World& world, const Counter& counter, Row row, std::int64_t now) {
  const Chance chance(world.seed, counter.subject);
  if (!chance.happens(row, counter.share)) return {};
  const double pace = counter.least * std::pow(counter.most / counter.least, chance.share(row + 1'000'000));
  const double phase = chance.share(row + 2'000'000);
  const std::int64_t made = world.founded.micros + static_cast<std::int64_t>(phase * 730) * kDay;
  if (now <= made) return {};
  const double ticks = std::floor(static_cast<double>(now - made) / static_cast<double>(kDay) * pace + phase);
  const auto since = static_cast<std::int64_t>((ticks - phase) / pace * 86'400) * kSecond;
  return {static_cast<std::int64_t>(ticks), made + since};
}

Value last_access(const World& world, Row row, std::int64_t now) {
  std::int64_t last = 0;
  for (const Counter* counter : {&kViews, &kApi, &kEmbed, &kPublic, &kSchedule}) {
    const State state = state_of(world, *counter, row, now);
    if (state.count > 0) last = std::max(last, state.last);
  }
  return last == 0 ? Value{} : time_value(last);
}

Value days_since(const World& world, Row row, std::int64_t now) {
  const Value last = last_access(world, row, now);
  return last.kind == Kind::Null ? Value{} : integer_value(now / kDay - last.integer / kDay);
}

Value tier_of(const Value& days) {
  constexpr std::array<std::pair<std::int64_t, std::string_view>, 6> kTiers = {{{7, "0 to 6"},
                                                                                {14, "7 to 13"},
                                                                                {30, "14 to 29"},
                                                                                {60, "30 to 59"},
                                                                                {90, "60 to 89"},
                                                                                {1'000'000, "90 or Above"}}};
  if (days.kind == Kind::Null) return text_value("Undefined");
  for (const auto& [limit, tier] : kTiers) {
    if (days.integer < limit) return text_value(tier);
  }
  return {};
}

Value content_id(const World& world, Row row, Scratch& scratch) {
  const Content content = content_of(world, row);
  if (content.kind == ContentKind::LookmlDashboard) return text_value(lookml_dashboard(content.row));
  return text_of(scratch, "{}", content.row + 1);
}

Value content_title(const World& world, Row row, Scratch& scratch) {
  const Content content = content_of(world, row);
  switch (content.kind) {
    case ContentKind::Dashboard:
      return text_value(scratch.keep(dashboard_title(world, content.row)));
    case ContentKind::LookmlDashboard:
      return text_value(lookml_dashboard(content.row).substr(lookml_dashboard(content.row).find("::") + 2));
    case ContentKind::Look:
      return text_value(scratch.keep(look_title(world, content.row)));
    case ContentKind::Board:
      break;
  }
  return text_of(scratch, "Board {}", content.row + 1);
}

std::string_view content_type(const World& world, Row row) {
  const ContentKind kind = content_of(world, row).kind;
  if (kind == ContentKind::Board) return "board";
  return kind == ContentKind::Look ? "look" : "dashboard";
}

/// The number of the dashboard or Look; nothing when the content is something else.
Value number_of(const World& world, Row row, ContentKind kind) {
  const Content content = content_of(world, row);
  return content.kind == kind ? integer_value(static_cast<std::int64_t>(content.row) + 1) : Value{};
}

}  // namespace

View content_usage_view(const SharedWorld& world, const Window& window) {
  const std::int64_t now = window.newest.micros;
  const auto counter = [world, now](const Counter& which) {
    return [world, now, which](Row row, Scratch&) {
      return integer_value(state_of(*world, which, row, now).count);
    };
  };
  ViewMaker view("content_usage", "Content Usage");
  view.add("id", Type::Integer, number_of_row)
      .add("content_id", Type::Text,
           [world](Row row, Scratch& scratch) { return content_id(*world, row, scratch); })
      .add("content_title", Type::Text,
           [world](Row row, Scratch& scratch) { return content_title(*world, row, scratch); })
      .add("content_type", Type::Text,
           [world](Row row, Scratch&) { return text_value(content_type(*world, row)); })
      .add("api_count", Type::Integer, counter(kApi))
      .add("embed_count", Type::Integer, counter(kEmbed))
      .add("favorite_count", Type::Integer, counter(kFavorite), "Favourite Count")
      .add("public_count", Type::Integer, counter(kPublic))
      .add("schedule_count", Type::Integer, counter(kSchedule))
      .add("other_count", Type::Integer, counter(kViews), "View Count")
      .add("days_since_last_accessed", Type::Integer,
           [world, now](Row row, Scratch&) { return days_since(*world, row, now); })
      .add("days_since_last_access_tiers", Type::Tier,
           [world, now](Row row, Scratch&) { return tier_of(days_since(*world, row, now)); })
      .add("last_accessed", Type::Time,
           [world, now](Row row, Scratch&) { return last_access(*world, row, now); })
      .add("dashboard_deleted", Type::Flag,
           [world](Row row, Scratch&) {
             const Content content = content_of(*world, row);
             return flag_value(content.kind == ContentKind::Dashboard &&
                               dashboard_is_deleted(*world, content.row));
           })
      .add("look_deleted", Type::Flag,
           [world](Row row, Scratch&) {
             const Content content = content_of(*world, row);
             return flag_value(content.kind == ContentKind::Look && look_is_deleted(*world, content.row));
           })
      .hidden("dashboard_number", Type::Integer,
              [world](Row row, Scratch&) { return number_of(*world, row, ContentKind::Dashboard); })
      .hidden("look_number", Type::Integer,
              [world](Row row, Scratch&) { return number_of(*world, row, ContentKind::Look); })
      .measure(
          {.name = "other_total", .kind = MeasureKind::Sum, .label = "View Total", .column = "other_count"})
      .measure({.name = "favorites_total", .kind = MeasureKind::Sum, .column = "favorite_count"})
      .measure({.name = "schedule_total", .kind = MeasureKind::Sum, .column = "schedule_count"})
      .measure({.name = "api_total", .kind = MeasureKind::Sum, .column = "api_count"})
      .measure({.name = "embed_total", .kind = MeasureKind::Sum, .column = "embed_count"});
  return std::move(view).of(world->dashboards + kLookmlDashboards + world->looks + kBoards);
}

}  // namespace weir::sandbox::looker

// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/data/world.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace weir::sandbox::looker {
namespace {

constexpr std::int64_t kPlansAYear = 365;
constexpr std::int64_t kBuildsAYear = 4000;

}  // namespace

World::World(const Settings& settings, Timestamp now)
    : seed(settings.seed),
      late_seconds(settings.late_seconds),
      founded(midnight(*from_civil({civil(day_of(now)).year - 4, 1, 1}))),
      history(seed, "history", settings.history_rows),
      events(seed, "event", std::max<std::int64_t>(52, settings.history_rows / 2)),
      jobs(seed, "scheduled_job", plans * kPlansAYear),
      builds(seed, "pdt_builds", kBuildsAYear),
      orders(seed, "order_items", std::max<std::int64_t>(52, settings.history_rows / 4)) {}

std::int64_t World::creation(std::string_view subject, Row row, std::int64_t rows) const {
  const Chance chance(seed, subject);
  const double share = (static_cast<double>(row) + chance.share(row)) / static_cast<double>(rows);
  return founded.micros + static_cast<std::int64_t>(share * 2 * 365 * 86'400) * kSecond;
}

std::string label_of(std::string_view name) {
  static const std::vector<std::string> capitals = {"id", "api", "sql", "ui", "url", "pdt"};
  std::vector<std::string> words = split(name, '_');
  for (std::string& word : words) {
    const bool is_short = std::find(capitals.begin(), capitals.end(), word) != capitals.end();
    for (char& c : word) {
      if (is_short || &c == word.data()) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
  }
  return join(words, " ");
}

ViewMaker& ViewMaker::add(std::string name, Type type, Get get, std::string label) {
  if (label.empty()) label = label_of(name);
  if (type == Type::Flag) label += " (Yes / No)";
  view_.columns.push_back({std::move(name), type, std::move(label), std::move(get), Visibility::Shown});
  return *this;
}

ViewMaker& ViewMaker::hidden(std::string name, Type type, Get get) {
  add(std::move(name), type, std::move(get));
  view_.columns.back().visibility = Visibility::Hidden;
  return *this;
}

ViewMaker& ViewMaker::measure(Measure measure) {
  if (measure.label.empty()) measure.label = label_of(measure.name);
  view_.measures.push_back(std::move(measure));
  return *this;
}

View ViewMaker::of(std::int64_t count) && { return std::move(*this).of({0, static_cast<Row>(count)}, ""); }

View ViewMaker::of(Extent extent, std::string ascending) && {
  view_.begin = extent.begin;
  view_.end = extent.end;
  view_.ascending = std::move(ascending);
  view_.find = [extent](std::int64_t key) {
    const Row row = static_cast<Row>(key) - 1;
    return key > 0 && row >= extent.begin && row < extent.end ? row : kNoRow;
  };
  return std::move(view_);
}

}  // namespace weir::sandbox::looker

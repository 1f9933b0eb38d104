// SPDX-License-Identifier: Apache-2.0
#include "model/cursor.h"

#include <algorithm>

namespace weir::model {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::string_view kStart = "start";
constexpr std::string_view kBetween = "--";

/// The multiple of `length` at or before the instant.
Timestamp floor_to(Timestamp time, std::int64_t length) {
  const auto past = time.micros % length;
  return {time.micros - (past < 0 ? past + length : past)};
}

std::string show(Timestamp time) {
  if (time == kBeginning) return std::string(kStart);
  return weir::to_string(time).substr(0, 19);
}

/// A whole second as show() writes it.
std::optional<Timestamp> parse_shown(std::string_view text) {
  if (text == kStart) return kBeginning;
  const auto time = parse_timestamp(text);
  if (!time || show(*time) != text) return std::nullopt;
  return time;
}

Timestamp first_of(const CursorRule& rule, std::optional<Timestamp> began, Timestamp now) {
  if (rule.from) return began ? std::min(*began, *rule.from) : floor_to(*rule.from, kSecond);
  return began ? *began : floor_to({now.micros - rule.look_back}, kSecond);
}

/// Cuts what is not loaded into windows. What lies before all time is one, however long.
void add_steps(const CursorRule& rule, Window open, std::vector<Window>& windows) {
  if (open.start == kBeginning) {
    windows.push_back(open);
    return;
  }
  while (open.start < open.end) {
    const Timestamp boundary{floor_to(open.start, rule.step).micros + rule.step};
    windows.push_back({open.start, std::min(boundary, open.end)});
    open.start = windows.back().end;
  }
}

}  // namespace

Partition cursor_partition(const Window& window, std::int64_t overlap) {
  return {show(window.start) + std::string(kBetween) + show(window.end), window, overlap};
}

std::optional<Window> parse_cursor_key(std::string_view key) {
  const auto between = key.find(kBetween);
  if (between == key.npos) return std::nullopt;
  const auto start = parse_shown(key.substr(0, between));
  const auto end = parse_shown(key.substr(between + kBetween.size()));
  if (!start || !end || !(*start < *end)) return std::nullopt;
  return Window{*start, *end};
}

std::string to_string(const CursorPosition& position) {
  return show(position.first) + std::string(kBetween) + show(position.end);
}

std::optional<CursorPosition> parse_cursor_position(std::string_view text) {
  const auto window = parse_cursor_key(text);
  if (!window) return std::nullopt;
  return CursorPosition{window->start, window->end};
}

std::vector<Partition> plan_cursor(const CursorRule& rule, std::vector<Window> loaded,
                                   std::optional<Timestamp> began, Timestamp now) {
  const auto by_start = [](const Window& one, const Window& other) { return one.start < other.start; };
  std::sort(loaded.begin(), loaded.end(), by_start);
  const auto end = floor_to({now.micros - rule.lag}, kSecond);
  auto windows = loaded;
  auto reached = first_of(rule, began, now);
  for (const auto& window : loaded) {
    const auto gap_end = std::min(window.start, end);
    if (reached < gap_end) add_steps(rule, {reached, gap_end}, windows);
    reached = std::max(reached, window.end);
  }
  if (reached < end) {
    add_steps(rule, {reached, end}, windows);
    const auto& last = windows.back();
    if (last.start != kBeginning && last.end.micros - last.start.micros < rule.freshness) windows.pop_back();
  }
  std::sort(windows.begin(), windows.end(), by_start);
  std::vector<Partition> partitions;
  partitions.reserve(windows.size());
  for (const auto& window : windows) partitions.push_back(cursor_partition(window, rule.overlap));
  return partitions;
}

}  // namespace weir::model

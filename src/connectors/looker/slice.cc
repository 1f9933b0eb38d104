// SPDX-License-Identifier: Apache-2.0
#include "connectors/looker/slice.h"

#include <fmt/format.h>

#include <algorithm>

namespace weir::looker {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kShortest = 60 * kSecond;
/// Nothing that Looker knows of is older; from here on a window without a start is halved.
constexpr Timestamp kFirst{1'262'304'000'000'000};  // 2010-01-01

/// Filters know no fractions. Both ends of all windows are moved alike, so that they still meet.
Timestamp whole_second(Timestamp time) {
  const auto past = time.micros % kSecond;
  return {time.micros - (past < 0 ? past + kSecond : past)};
}

/// "2024-05-13 04:12:09": one blank, no zone, no fraction.
std::string literal(Timestamp time) {
  char text[26];
  write_sql_timestamp(time, text);
  return std::string(text, 19);
}

std::string expression_of(const Slice& slice) {
  switch (slice.kind) {
    case Slice::Kind::Window:
      return literal(slice.window.start) + " to " + literal(slice.window.end);
    case Slice::Kind::Before:
      return "before " + literal(slice.window.end);
    case Slice::Kind::After:
      return slice.window.start == model::kBeginning ? "NOT NULL" : "after " + literal(slice.window.start);
    case Slice::Kind::NoTime:
      return "NULL";
    case Slice::Kind::FromKey:
      return fmt::format(">={}", slice.number);
    case Slice::Kind::All:
      break;
  }
  return {};
}

}  // namespace

std::vector<Slice> slices_of(const Stream& stream, const model::Partition& partition) {
  using Kind = Slice::Kind;
  if (stream.partition_field.empty()) return {{Kind::All}};
  if (!partition.window) return {{Kind::After, {model::kBeginning, {}}}, {Kind::NoTime}};
  auto window = partition.reading();
  window.end = whole_second(window.end);
  if (partition.window->start == model::kBeginning) {
    window.start = model::kBeginning;
    return {{Kind::Before, window}, {Kind::NoTime}};
  }
  window.start = whole_second(window.start);
  if (window.start >= window.end) return {};
  return {{Kind::Window, window}};
}

Query query_of(const Stream& stream, const Slice& slice) {
  auto query = stream.query;
  const auto expression = expression_of(slice);
  if (expression.empty()) return query;
  query.filters[stream.key.field] = expression;
  return query;
}

std::optional<Slice> rest_of(const Slice& slice, const PagingKey& key, std::int64_t from) {
  using Kind = Slice::Kind;
  auto rest = slice;
  if (key.kind == PagingKey::Kind::Number) {
    if (slice.kind == Kind::FromKey && from <= slice.number) return std::nullopt;
    rest.kind = Kind::FromKey;
    rest.number = from;
    return rest;
  }
  if (key.kind == PagingKey::Kind::None || slice.kind == Kind::NoTime) return std::nullopt;
  const auto start = whole_second({from});
  const bool open = slice.kind == Kind::Before || slice.window.start == model::kBeginning;
  if (!open && start <= slice.window.start) return std::nullopt;
  if (slice.kind != Kind::After && start >= slice.window.end) return std::nullopt;
  rest.kind = slice.kind == Kind::After ? Kind::After : Kind::Window;
  rest.window.start = start;
  return rest;
}

std::optional<std::pair<Slice, Slice>> halves_of(const Slice& slice) {
  using Kind = Slice::Kind;
  if (slice.kind != Kind::Window && slice.kind != Kind::Before) return std::nullopt;
  const auto start = slice.kind == Kind::Before ? kFirst : slice.window.start;
  const auto length = slice.window.end.micros - start.micros;
  if (length < 2 * kShortest) return std::nullopt;
  const auto middle = whole_second({start.micros + length / 2});
  auto first = slice;
  first.window.end = middle;
  return std::pair(first, Slice{Kind::Window, {middle, slice.window.end}});
}

}  // namespace weir::looker

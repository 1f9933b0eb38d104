// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/queries/conditions.h"

#include <algorithm>

#include "base/text.h"
#include "sandbox/looker/filters/number_filter.h"
#include "sandbox/looker/filters/text_filter.h"

namespace weir::sandbox::looker {
namespace {

Result<MadeCondition> of_instants(const std::string& expression, Timestamp now, const model::TimeZone& zone) {
  DateFilter filter = TRY(parse_date_filter(expression, now, zone));
  MadeCondition made;
  if (!filter.takes_null && !filter.periods.empty()) {
    made.range = filter.periods.front();
    for (const Period& period : filter.periods) {
      made.range->begin = std::min(made.range->begin, period.begin);
      made.range->end = std::max(made.range->end, period.end);
    }
  }
  made.takes = [filter = std::move(filter)](const Value& value) {
    return value.kind == Kind::Null ? filter.takes_null : filter.takes(value.integer);
  };
  return made;
}

Result<MadeCondition> of_numbers(const std::string& expression) {
  const NumberFilter filter = TRY(parse_number_filter(expression));
  return MadeCondition{[filter](const Value& value) {
    if (value.kind == Kind::Null) return filter.takes_null;
    return filter.takes(value.kind == Kind::Number ? value.number : static_cast<double>(value.integer));
  }};
}

/// Names of days and months are meant whatever their letters' case.
Result<MadeCondition> of_texts(const std::string& expression, bool ignores_case) {
  const TextFilter filter = TRY(parse_text_filter(ignores_case ? lower(expression) : expression));
  return MadeCondition{[filter, ignores_case](const Value& value) {
    if (value.kind == Kind::Null) return filter.takes(std::nullopt);
    return ignores_case ? filter.takes(lower(value.text)) : filter.takes(value.text);
  }};
}

Result<MadeCondition> of_flags(const std::string& expression) {
  const FlagFilter filter = TRY(parse_flag_filter(expression));
  return MadeCondition{[filter](const Value& value) {
    return value.kind != Kind::Null && value.integer != 0 ? filter.takes_yes : filter.takes_no;
  }};
}

}  // namespace

Result<MadeCondition> make_condition(const Output& on, const std::string& expression, Timestamp now,
                                     const model::TimeZone& zone) {
  const Field& field = on.field;
  if (field.measure != nullptr) return of_numbers(expression);
  if (field.timeframe) {
    const Sense sense = info(*field.timeframe).sense;
    const bool is_whole_day = field.column->type == Type::Date;
    if (sense == Sense::Instant)
      return of_instants(expression, now, is_whole_day ? model::TimeZone::utc() : zone);
    return sense == Sense::Number ? of_numbers(expression) : of_texts(expression, true);
  }
  if (field.column->type == Type::Flag) return of_flags(expression);
  return field.is_numeric() ? of_numbers(expression) : of_texts(expression, false);
}

void narrow(Plan& plan, const std::vector<TimeRange>& ranges) {
  const View& driving = *plan.slots.front().view;
  Scratch scratch;
  for (const TimeRange& range : ranges) {
    if (range.slot != 0 || driving.ascending.empty() || range.column->name != driving.ascending) continue;
    const auto first_at = [&](std::int64_t instant) {
      Row low = plan.begin;
      Row high = plan.end;
      while (low < high) {
        const Row middle = low + (high - low) / 2;
        if (range.column->get(middle, scratch).integer < instant) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    };
    const Row begin = first_at(range.period.begin);
    const Row end = first_at(range.period.end);
    plan.begin = begin;
    plan.end = std::max(begin, end);
  }
}

}  // namespace weir::sandbox::looker

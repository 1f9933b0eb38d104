// SPDX-License-Identifier: Apache-2.0
#include "app/original_days.h"

#include <string_view>

namespace weir::app {
namespace {

constexpr std::string_view kSince = "since ";

/// The first day, as the loads remember it; empty before the first run.
Result<std::string> first_day(const execution::Pipeline& pipeline) {
  std::string first;
  for (const auto& entry : TRY(pipeline.destination->ledger(pipeline.name).within("asking what is loaded"))) {
    if (!entry.cursor.starts_with(kSince)) continue;
    auto day = entry.cursor.substr(kSince.size());
    if (first.empty() || day < first) first = std::move(day);
  }
  return first;
}

}  // namespace

Result<std::vector<PlannedPartition>> due_days(const execution::Pipeline& pipeline, state::StateStore& state,
                                               Timestamp now) {
  const auto first = TRY(first_day(pipeline));
  auto days = TRY(partitions_in(pipeline, {first, ""}, now));
  if (first.empty() && days.size() > 1) days.erase(days.begin(), days.end() - 1);
  const auto began = first.empty() ? days.front().key : first;
  auto due = needing_work(TRY(plan_partitions(pipeline, days, state)));
  for (auto& day : due) day.cursor = std::string(kSince) + began;
  return due;
}

}  // namespace weir::app

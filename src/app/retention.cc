// SPDX-License-Identifier: Apache-2.0
#include "app/retention.h"

#include <fmt/format.h>

#include <optional>

#include "base/text.h"

namespace weir::app {
namespace {

/// The alarm begins when a ninth of the time is left: ten days of ninety.
constexpr int kShare = 9;

}  // namespace

std::string retention_alarm(const execution::Pipeline& pipeline, const std::vector<model::Partition>& missing,
                            Timestamp now) {
  const auto kept = pipeline.source->retention();
  if (!kept) return {};
  const auto length = std::chrono::microseconds(*kept).count();
  const Timestamp gone{now.micros - length};
  const Timestamp soon{gone.micros + length / kShare};
  std::size_t lost = 0;
  std::optional<Timestamp> never;  ///< the end of a window without a beginning
  std::size_t endangered = 0;
  std::string first;
  for (const auto& partition : missing) {
    if (!partition.window || partition.window->start >= soon) continue;
    if (partition.window->start == model::kBeginning) {
      never = partition.window->end;
      continue;
    }
    const bool is_lost = partition.window->end <= gone;
    ++(is_lost ? lost : endangered);
    if (!is_lost && first.empty()) first = partition.key;
  }
  if (never) {
    return fmt::format(
        "the source removes rows after {} days, and those from before {} are not loaded yet: each day "
        "without a run loses the oldest",
        kept->count(), to_string(*never));
  }
  std::string text;
  if (endangered > 0) {
    text = fmt::format(
        "the source removes rows after {} days, and {} with the oldest of them {} not loaded, from {} on: "
        "run it within {} days",
        kept->count(), counted(endangered, "partition"), endangered == 1 ? "is" : "are", first,
        kept->count() / kShare);
  }
  if (lost > 0) {
    text += fmt::format("{}{} never loaded before the source removed {} rows", text.empty() ? "" : "; ",
                        counted(lost, "partition was", "partitions were"), lost == 1 ? "its" : "their");
  }
  return text;
}

}  // namespace weir::app

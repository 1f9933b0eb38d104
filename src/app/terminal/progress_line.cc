// SPDX-License-Identifier: Apache-2.0
#include "app/terminal/progress_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/terminal/text_width.h"
#include "base/text.h"

namespace weir::terminal {
namespace {

/// The share of the work that is done: of the bytes when they are known, else of the partitions.
double share_of(const ProgressState& state) {
  const auto of = [](std::uint64_t done, std::uint64_t total) {
    return total == 0 ? 0.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  };
  return state.bytes_total > 0 ? of(state.bytes, state.bytes_total)
                               : of(state.partitions_done, state.partitions_total);
}

std::string remaining(const ProgressState& state, double share) {
  // An estimate from the first moments would jump about.
  if (share <= 0.0 || share >= 1.0 || state.seconds < 1.0) return "";
  return short_duration(state.seconds * (1.0 - share) / share) + " left";
}

}  // namespace

std::string short_count(double number) {
  if (number < 1e3) return fmt::format("{:.0f}", number);
  if (number < 1e4) return fmt::format("{:.1f} k", number / 1e3);
  if (number < 1e6) return fmt::format("{:.0f} k", number / 1e3);
  if (number < 1e9) return fmt::format("{:.1f} M", number / 1e6);
  return fmt::format("{:.1f} G", number / 1e9);
}

std::string short_duration(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::ceil(std::max(0.0, seconds)));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

std::vector<std::string> progress_lines(const ProgressState& state, const Style& style, std::size_t width) {
  const double share = share_of(state);
  const double seconds = std::max(state.seconds, 1e-3);
  auto where = state.partitions.empty() ? std::string() : state.partitions.front();
  if (state.partitions.size() > 1) where += fmt::format(" +{}", state.partitions.size() - 1);
  const auto count = state.partitions_total > 1
                         ? fmt::format("{} of {} partitions", with_thousands(state.partitions_done),
                                       with_thousands(state.partitions_total))
                         : std::string();
  const auto percent = fmt::format("{:3.0f} %", std::floor(share * 100));
  const auto bar_width = std::clamp<std::size_t>(width / 3, 4, 30);
  const auto room = width > bar_width + 8 ? width - bar_width - 8 : 0;
  const auto name =
      shorten(where.empty() ? state.pipeline : state.pipeline + " " + where, room, style.ellipsis());

  std::vector<std::string> parts;
  if (!count.empty()) parts.push_back(count);
  if (state.rows > 0) {
    parts.push_back(with_thousands(state.rows) + " rows");
    parts.push_back(short_count(static_cast<double>(state.rows) / seconds) + " rows/s");
  }
  if (state.bytes > 0)
    parts.push_back(human_bytes(static_cast<std::uint64_t>(static_cast<double>(state.bytes) / seconds)) +
                    "/s");
  if (const auto left = remaining(state, share); !left.empty()) parts.push_back(left);
  if (state.failed > 0) parts.insert(parts.begin(), fmt::format("{} failed", state.failed));
  if (state.ending == ProgressState::Ending::Stopping) parts = {"stopping; Ctrl-C again stops at once"};
  const auto figures = shorten(join(parts, style.dot()), width, style.ellipsis());
  const auto tone =
      state.ending == ProgressState::Ending::Stopping || state.failed > 0 ? Tone::Caution : Tone::Faint;
  return {style.bar(share, bar_width) + " " + percent + "  " + style.paint(Tone::Strong, name),
          style.paint(tone, figures)};
}

}  // namespace weir::terminal

// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "sandbox/looker/data/content.h"
#include "sandbox/looker/data/history.h"

namespace weir::sandbox::looker {
namespace {

constexpr std::uint64_t kApart = 1'000'000'007;  ///< keeps the subjects of other_ apart

}  // namespace

Runs::Runs(SharedWorld world)
    : world_(std::move(world)),
      source_(world_->seed, "history.source"),
      status_(world_->seed, "history.status"),
      cache_(world_->seed, "history.cache"),
      runtime_(world_->seed, "history.runtime"),
      content_(world_->seed, "history.content"),
      user_(world_->seed, "history.user"),
      query_(world_->seed, "history.query"),
      other_(world_->seed, "history.other") {}

RunSource Runs::source(Row row) const {
  const double share = source_.share(row);
  if (share < 0.48) return RunSource::Dashboard;
  if (share < 0.72) return RunSource::Explore;
  if (share < 0.82) return RunSource::SavedLook;
  if (share < 0.92) return RunSource::ScheduledTask;
  return share < 0.98 ? RunSource::Api : RunSource::Renderer;
}

RunStatus Runs::status(Row row) const {
  const double share = status_.share(row);
  if (share < 0.94) return RunStatus::Complete;
  if (share < 0.98) return RunStatus::Error;
  return share < 0.99 ? RunStatus::Killed : RunStatus::CacheOnlyMiss;
}

bool Runs::is_from_cache(Row row) const {
  return status(row) == RunStatus::Complete && cache_.happens(row, 0.35);
}

double Runs::runtime(Row row) const {
  if (status(row) == RunStatus::CacheOnlyMiss) return -1;
  // From 0.02 s to 250 s, most of them about one second; from the cache at once.
  const double share = runtime_.share(row);
  const double seconds = 0.02 * std::exp(share * share * 9.4);
  const double rounded = std::round((is_from_cache(row) ? seconds / 50 : seconds) * 1e6) / 1e6;
  return status(row) == RunStatus::Error && share < 0.3 ? -1 : rounded;
}

std::int64_t Runs::dashboard(Row row) const {
  if (source(row) != RunSource::Dashboard && source(row) != RunSource::Renderer) return 0;
  if (!lookml_dashboard(row).empty()) return 0;
  return static_cast<std::int64_t>(
             content_.skewed_below(row, static_cast<std::uint64_t>(world_->dashboards))) +
         1;
}

std::string_view Runs::lookml_dashboard(Row row) const {
  if (source(row) != RunSource::Dashboard || !content_.happens(row + kApart, 0.06)) return {};
  return looker::lookml_dashboard(content_.below(row, kLookmlDashboards));
}

std::int64_t Runs::look(Row row) const {
  if (source(row) != RunSource::SavedLook && source(row) != RunSource::ScheduledTask) return 0;
  return static_cast<std::int64_t>(content_.skewed_below(row, static_cast<std::uint64_t>(world_->looks))) + 1;
}

std::int64_t Runs::user(Row row) const {
  return static_cast<std::int64_t>(user_.skewed_below(row, static_cast<std::uint64_t>(world_->users))) + 1;
}

std::int64_t Runs::query(Row row) const {
  return static_cast<std::int64_t>(query_.skewed_below(row, static_cast<std::uint64_t>(world_->queries))) + 1;
}

Value Runs::token(Row row, std::uint64_t subject, Scratch& scratch) const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::uint64_t bits = other_.bits(row + subject * kApart);
  char* text = scratch.room(16);
  for (int i = 0; i < 16; ++i, bits >>= 4U) text[i] = kDigits[bits & 15U];
  return text_value({text, 16});
}

std::uint64_t Runs::number(Row row, std::uint64_t subject, std::uint64_t limit) const {
  return other_.below(row + subject * kApart, limit);
}

bool Runs::is_visible(Row row, Timestamp now) const {
  constexpr std::uint64_t kLate = 99;
  if (!other_.happens(row + kLate * kApart, 0.05)) return true;
  const auto delay =
      static_cast<std::int64_t>(number(row, kLate + 1, static_cast<std::uint64_t>(world_->late_seconds) + 1));
  return created(row) + delay * kSecond <= now.micros;
}

}  // namespace weir::sandbox::looker

// SPDX-License-Identifier: Apache-2.0
// Runs: what happened in each run of a query, so that its columns fit each other. Used by the views of
// history and of its metrics. Immutable; thread-safe.
#pragma once

#include "sandbox/looker/data/world.h"

namespace weir::sandbox::looker {

enum class RunSource { Dashboard, Explore, SavedLook, ScheduledTask, Api, Renderer };
enum class RunStatus { Complete, Error, Killed, CacheOnlyMiss };

class Runs {
 public:
  explicit Runs(SharedWorld world);

  std::int64_t created(Row row) const { return world_->history.time(row); }
  RunSource source(Row row) const;
  RunStatus status(Row row) const;
  bool is_from_cache(Row row) const;
  /// Seconds; below zero when it never ran.
  double runtime(Row row) const;
  /// The number of the user-defined dashboard, 0 for none.
  std::int64_t dashboard(Row row) const;
  /// Of a dashboard that comes from a file; empty for none.
  std::string_view lookml_dashboard(Row row) const;
  std::int64_t look(Row row) const;
  std::int64_t user(Row row) const;
  std::int64_t query(Row row) const;
  /// Text that stands for the run and this subject.
  Value token(Row row, std::uint64_t subject, Scratch& scratch) const;
  std::uint64_t number(Row row, std::uint64_t subject, std::uint64_t limit) const;
  /// Whether it has come to light by then.
  bool is_visible(Row row, Timestamp now) const;

 private:
  SharedWorld world_;
  Chance source_, status_, cache_, runtime_, content_, user_, query_, other_;
};

}  // namespace weir::sandbox::looker

// SPDX-License-Identifier: Apache-2.0
#include "state/migrations.h"

#include <fmt/format.h>

#include <array>

namespace weir::state {
namespace {

/// "weir" in ASCII: tells our files from other programs' SQLite files.
constexpr std::int64_t kApplicationId = 0x77656972;

/// Step n makes layout n out of layout n - 1. A published step never changes; new ones are added.
/// Times are microseconds since 1970-01-01T00:00:00Z.
constexpr std::array<const char*, 1> kSteps = {
    R"sql(
CREATE TABLE runs (
  run_id TEXT PRIMARY KEY, pipeline TEXT NOT NULL, partition TEXT NOT NULL, state TEXT NOT NULL,
  "trigger" TEXT NOT NULL, attempt INTEGER NOT NULL, started_at INTEGER NOT NULL, finished_at INTEGER,
  counts TEXT NOT NULL, bytes_read INTEGER NOT NULL, load_id TEXT NOT NULL, fingerprint TEXT NOT NULL,
  error_code TEXT NOT NULL, error_message TEXT NOT NULL, warnings TEXT NOT NULL,
  pid INTEGER NOT NULL, boot_id TEXT NOT NULL, started_ticks INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX runs_by_partition ON runs (pipeline, partition, started_at);
CREATE INDEX runs_by_start ON runs (started_at);
CREATE INDEX runs_unfinished ON runs (run_id) WHERE finished_at IS NULL;
CREATE TABLE partitions (
  pipeline TEXT NOT NULL, partition TEXT NOT NULL, state TEXT NOT NULL, run_id TEXT NOT NULL,
  updated_at INTEGER NOT NULL, loaded_at INTEGER, load_id TEXT NOT NULL, fingerprint TEXT NOT NULL,
  counts TEXT NOT NULL,
  PRIMARY KEY (pipeline, partition)
) STRICT, WITHOUT ROWID;
CREATE TABLE events (
  number INTEGER PRIMARY KEY, run_id TEXT NOT NULL, time INTEGER NOT NULL, level TEXT NOT NULL,
  name TEXT NOT NULL, fields TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_run ON events (run_id);
CREATE TRIGGER events_go_with_their_run AFTER DELETE ON runs BEGIN
  DELETE FROM events WHERE run_id = old.run_id;
END;
)sql",
};

Result<void> refuse_foreign(Database& database) {
  const auto application = TRY(database.number("PRAGMA application_id"));
  if (application == kApplicationId) return {};
  const auto tables = TRY(database.number("SELECT count(*) FROM sqlite_master"));
  if (application == 0 && tables == 0) return {};
  return fail(ErrorCode::InvalidConfig,
              "{} is an SQLite file of another program: move it away, weir keeps its state under this name",
              database.path());
}

}  // namespace

Result<void> migrate(Database& database) {
  constexpr auto kLayout = static_cast<std::int64_t>(kSteps.size());
  TRY(refuse_foreign(database));
  const auto found = TRY(database.number("PRAGMA user_version"));
  if (found > kLayout) {
    return fail(
        ErrorCode::Unsupported,
        "the state file {} has layout {}, this weir knows up to {}: upgrade weir, or move the file away "
        "and run 'weir state rebuild'",
        database.path(), found, kLayout);
  }
  if (found == kLayout) return {};
  return database.transaction([&]() -> Result<void> {
    // Another process may have been quicker.
    const auto layout = TRY(database.number("PRAGMA user_version"));
    for (auto step = layout; step < kLayout; ++step) {
      TRY(database.execute(kSteps[static_cast<std::size_t>(step)]));
    }
    TRY(database.execute(fmt::format("PRAGMA application_id = {}", kApplicationId)));
    return database.execute(fmt::format("PRAGMA user_version = {}", kLayout));
  });
}

}  // namespace weir::state

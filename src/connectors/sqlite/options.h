// SPDX-License-Identifier: Apache-2.0
// The options of a connection of type sqlite. Values.
#pragma once

#include <chrono>
#include <string>

#include "config/spec.h"

namespace weir::sqlite {

enum class JournalMode {
  Wal,     ///< readers go on while a load is written
  Delete,  ///< a rollback journal; readers wait from the moment a large load outgrows its memory
  Keep,    ///< as the file is
};

struct SqliteOptions {
  std::string path;
  // A million wide rows (1.1 GB) go into a fresh file in 4.4 s with a rollback journal and in 6.0 s
  // through a WAL, because the WAL writes every page twice. But the journal shuts readers out for
  // all that time and costs three syncs a commit, which a backfill of small partitions feels. So
  // the first load of an empty file, which nobody reads yet, uses the journal, and the file becomes
  // WAL when it is published.
  JournalMode journal_mode = JournalMode::Wal;
  config::Duration busy_timeout{std::chrono::seconds(30)};
};

const config::Spec<SqliteOptions>& sqlite_spec();

}  // namespace weir::sqlite

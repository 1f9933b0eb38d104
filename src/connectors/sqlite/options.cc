// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/options.h"

namespace weir::sqlite {

const config::Spec<SqliteOptions>& sqlite_spec() {
  static const auto spec =
      config::Spec<SqliteOptions>("sqlite", "Loads tables into a SQLite database file.")
          .field("path", &SqliteOptions::path,
                 "The database file, relative to the project's folder. It is made by the first load; its "
                 "folder must exist.")
          .required()
          .example("warehouse.db")
          .choice("journal_mode", &SqliteOptions::journal_mode,
                  {{"wal", JournalMode::Wal}, {"delete", JournalMode::Delete}, {"keep", JournalMode::Keep}},
                  "How SQLite protects a load: wal lets others read while a load is written, delete keeps "
                  "everything in one file, keep leaves the file's own setting.")
          .field("busy_timeout", &SqliteOptions::busy_timeout,
                 "How long to wait for another program that writes the same file.")
          .example("1 min");
  return spec;
}

}  // namespace weir::sqlite

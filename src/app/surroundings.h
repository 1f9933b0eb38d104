// SPDX-License-Identifier: Apache-2.0
// What an original job took from its environment or had in its code, as variables of the environment.
// Used by migrate and by run. Functions without state.
#pragma once

#include <vector>

#include "config/diagnostics.h"
#include "io/environment.h"
#include "migrate/looker_tables.h"
#include "migrate/original_job.h"
#include "migrate/project_text.h"

namespace weir::app {

/// The variables are pghost, pgport, pgdatabase, pguser, pgpass and copy_role; of the first five the
/// names that psql knows count, too. An unusable pgport is a problem in `diagnostics`.
migrate::Surroundings surroundings_of(const io::Environment& environment, migrate::WarehouseKind kind,
                                      config::Diagnostics& diagnostics);
/// Reports every variable that a run needs and does not have.
void check_surroundings(const io::Environment& environment, config::Diagnostics& diagnostics);
/// The values that must appear in no output.
std::vector<std::string> secrets_of(const io::Environment& environment);

/// Reports keys of AWS of which one is set and the other is not.
void check_aws_keys(const io::Environment& environment, config::Diagnostics& diagnostics);

/// The variables are lookerhost, lookerport, lookerdatabase, lookeruser, lookerpass (or pgpass),
/// lookertls and lookerzone; of host and port the names that MySQL's clients know count, too.
migrate::LookerServer looker_server_of(const io::Environment& environment, config::Diagnostics& diagnostics);
/// Reports every variable that a run needs and does not have.
void check_looker_server(const migrate::LookerServer& server, const io::Environment& environment,
                         config::Diagnostics& diagnostics);

/// A table that a job fills, and the columns that it must have.
struct WantedTable {
  std::string schema;
  std::string table;
  std::vector<std::string> columns;
  config::Position at;  ///< where it is named

  std::string name() const { return schema + "." + table; }
};
std::vector<WantedTable> wanted_tables(const migrate::OriginalJob& job);

/// What the database says about the tables; one that does not exist is left out.
Result<migrate::TargetTables> read_target_tables(const std::vector<WantedTable>& wanted,
                                                 const migrate::Surroundings& surroundings,
                                                 const io::Environment& environment);
/// Reports every table and column that the database does not have.
void check_target_tables(const std::vector<WantedTable>& wanted, const migrate::TargetTables& tables,
                         config::Diagnostics& diagnostics);

}  // namespace weir::app

// SPDX-License-Identifier: Apache-2.0
// What an original job took from its environment or had in its code, as variables of the environment.
// Used by migrate and by run. Functions without state.
#pragma once

#include <vector>

#include "config/diagnostics.h"
#include "io/environment.h"
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

/// What the database says about the tables of the job; a table that does not exist is left out.
Result<migrate::TargetTables> read_target_tables(const migrate::OriginalJob& job,
                                                 const migrate::Surroundings& surroundings,
                                                 const io::Environment& environment);
/// Reports every table and column of the job that the database does not have.
void check_target_tables(const migrate::OriginalJob& job, const migrate::TargetTables& tables,
                         config::Diagnostics& diagnostics);

}  // namespace weir::app

// SPDX-License-Identifier: Apache-2.0
// OriginalProject: the JSON configuration of an earlier job, of whatever kind, as a project of weir.
// Used by migrate and by `weir run OLD.json`. Functions without state.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/context.h"
#include "app/new_files.h"
#include "base/secret.h"
#include "config/diagnostics.h"
#include "migrate/looker_tables.h"
#include "migrate/original_text.h"
#include "migrate/project_text.h"

namespace weir::app {

struct OriginalProject {
  migrate::OriginalKind kind = migrate::OriginalKind::Archives;
  std::string name;  ///< of the pipeline
  migrate::MigratedProject project;
  std::vector<std::string> tables{};                 ///< that are filled, with their schema
  std::optional<migrate::LookerTablesJob> looker{};  ///< of OriginalKind::LookerTables
  std::string day{};  ///< of OriginalKind::LookerTables: the last one that is over
  /// Variables that the project refers to, of which the file held the values.
  std::map<std::string, Secret> variables{};
};

/// The files of a project, to be written into its folder.
std::vector<NewFile> files_of(const migrate::MigratedProject& project);

/// What an original is read for: a run needs everything it names, a migration says what is missing.
enum class OriginalUse { Run, Migrate };

/// Reads the file, asks the environment for what originals had in their code, and the database for the
/// types of its tables. Nothing when there are problems, which are in `diagnostics`.
Result<std::optional<OriginalProject>> read_original_project(const std::string& file, OriginalUse use,
                                                             migrate::WarehouseKind warehouse,
                                                             const Context& context,
                                                             config::Diagnostics& diagnostics);

}  // namespace weir::app

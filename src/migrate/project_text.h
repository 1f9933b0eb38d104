// SPDX-License-Identifier: Apache-2.0
// What an OriginalJob means as a weir project. Used by the commands. Pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "migrate/original_job.h"

namespace weir::migrate {

enum class WarehouseKind { Redshift, Postgres };

/// What the originals had in their code or took from the environment.
struct Surroundings {
  WarehouseKind kind = WarehouseKind::Redshift;
  std::string host;  ///< empty: not known
  std::uint16_t port = 5439;
  std::string database = "snowplow";
  std::string user;                     ///< empty: not known
  std::string password = "env:pgpass";  ///< where it is kept
  std::string copy_role;                ///< with which Redshift reads the bucket; empty: the keys
};

/// Declared types ("character varying(255)") by column, by table, of the tables that exist.
using TargetTables = std::map<std::string, std::map<std::string, std::string>>;

struct MigratedProject {
  std::string weir_yaml;
  std::string pipeline_path;  ///< "pipelines/NAME.yaml"
  std::string pipeline_yaml;
  std::vector<std::string> decisions;  ///< a sentence or two each
  /// Of a file that names several: the other pipelines, path and text.
  std::vector<std::pair<std::string, std::string>> more_pipelines{};
};

/// `tables` is empty when the database could not be asked.
MigratedProject write_project(const OriginalJob& job, const Surroundings& surroundings,
                              const TargetTables& tables);

/// What was decided where the job's file left a choice.
std::vector<std::string> decisions(const OriginalJob& job, const Surroundings& surroundings,
                                   const TargetTables& tables);

/// The type of the rows that goes into a column of a declared type; empty: text.
std::string row_type(const std::string& table, const std::string& column, const TargetTables& tables);

}  // namespace weir::migrate

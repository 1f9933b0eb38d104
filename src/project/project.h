// SPDX-License-Identifier: Apache-2.0
// A project: the folder with weir.yaml and pipelines/*.yaml, read and checked as a whole. Used by
// the commands. Read-only once loaded.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/diagnostics.h"
#include "config/node.h"
#include "config/values.h"
#include "connectors/sdk/connector.h"
#include "execution/pipeline.h"
#include "project/partition_options.h"

namespace weir::project {

struct Schedule {
  std::string cron;
  std::string timezone = "UTC";
};

/// One of several tables of a pipeline, as it was written.
struct TableOptions {
  std::string table;
  config::Node source;
  config::Node transforms;
  config::Node checks;
  std::optional<model::WriteMode> write;
  std::vector<std::string> key;
};

/// A pipeline's file as it was written: everything that is common to all connectors.
struct PipelineOptions {
  std::string pipeline;
  std::string description;
  PartitionOptions partitions;
  config::Node source;
  config::Node transforms;
  config::Node checks;
  std::vector<TableOptions> tables;  ///< empty: the destination names the only one
  config::Node destination;
  std::optional<Schedule> schedule;
  execution::BadRowLimit max_bad_rows;
};

struct PipelineFile {
  std::string path;  ///< relative to the project
  config::Node node;
  PipelineOptions options;
};

struct RetentionOptions {
  std::int64_t days = 90;
  std::int64_t runs = 1000;
};

/// weir.yaml.
struct ProjectOptions {
  std::vector<std::pair<std::string, config::Node>> connections;
  RetentionOptions retention;
  config::ByteSize memory{512ULL << 20};
};

using Connectors = std::vector<const sdk::Connector*>;

class Project {
 public:
  /// Reads all files of a project. Every problem in any of them goes to `diagnostics`; null when the
  /// folder is no project or nothing could be read.
  static std::optional<Project> load(const std::string& folder, const Connectors& connectors,
                                     config::Diagnostics& diagnostics);

  const std::string& folder() const { return folder_; }
  /// Where state, locks, spill files and quarantine live.
  std::string work_folder() const { return folder_ + "/.weir"; }
  const ProjectOptions& options() const { return options_; }
  const std::vector<PipelineFile>& pipelines() const { return pipelines_; }
  /// By name, with a suggestion in the error when there is none.
  Result<const PipelineFile*> find(const std::string& pipeline) const;
  /// Makes the parts of a pipeline. Problems go to `diagnostics`, and then the answer is empty.
  Result<std::optional<execution::Pipeline>> make(const PipelineFile& file,
                                                  const sdk::ConnectorContext& context,
                                                  config::Diagnostics& diagnostics) const;
  /// Makes the destination of a connection's name with no options of a pipeline.
  const Connectors& connectors() const { return connectors_; }

 private:
  struct Part;
  void make_tables(const PipelineFile& file, execution::Pipeline& pipeline,
                   config::Diagnostics& diagnostics) const;
  Result<void> make_parts(const PipelineFile& file, const sdk::ConnectorContext& context,
                          execution::Pipeline& pipeline, config::Diagnostics& diagnostics) const;
  std::optional<Part> part(const config::Node& node, std::string_view role,
                           config::Diagnostics& diagnostics) const;

  std::string folder_;
  ProjectOptions options_;
  std::vector<PipelineFile> pipelines_;
  Connectors connectors_;
};

/// Reads "50", or "1 %".
void read_bad_row_limit(const config::Node& node, config::Diagnostics& diagnostics,
                        execution::BadRowLimit& limit);

/// The nearest folder at or above `start` that holds weir.yaml.
std::optional<std::string> find_project(const std::string& start);

/// Of weir.yaml and of a pipeline's file with all connectors, for the schema and the reference.
config::Description project_description(const Connectors& connectors);
config::Description pipeline_description(const Connectors& connectors);
/// Of the options that every destination has.
config::Description target_description();

}  // namespace weir::project

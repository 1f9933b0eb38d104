// SPDX-License-Identifier: Apache-2.0
// The specs of weir.yaml and of a pipeline's file. Only this folder includes it.
#pragma once

#include <string>
#include <vector>

#include "config/spec.h"
#include "project/project.h"

namespace weir::project {

const config::Spec<ProjectOptions>& project_spec(const Connectors& connectors);
const config::Spec<PipelineOptions>& pipeline_spec(const Connectors& connectors);

/// What every destination has beside its connector's own options.
struct TargetOptions {
  std::string table;
  model::WriteMode write = model::WriteMode::Append;
  std::vector<std::string> key;
};
const config::Spec<TargetOptions>& target_spec();

/// The part of a destination's mapping that target_spec() reads, and the rest for the connector.
config::Node target_node(const config::Node& destination);
/// The same for one entry of `tables`, which takes from the destination what it does not say itself.
config::Node target_node(const config::Node& destination, const config::Node& table);
config::Node connector_node(const config::Node& destination);

}  // namespace weir::project

// SPDX-License-Identifier: Apache-2.0
// `partitions:` of a pipeline's file: how its work is cut. Used by this folder; see project.h.
#pragma once

#include <string>

#include "config/spec.h"
#include "config/values.h"
#include "execution/pipeline.h"
#include "model/partition.h"

namespace weir::project {

/// As it was written. What is not allowed beside `every` was reported when it was read.
struct PartitionOptions {
  model::Every every = model::Every::None;
  execution::PartitionRule::Take take = execution::PartitionRule::Take::All;
  std::string from;  ///< a date; of a cursor also a length of time, or "start"
  std::string column;
  std::string timezone = "UTC";
  std::optional<std::int64_t> limit;
  config::Duration step{std::chrono::hours{24}};
  config::Duration overlap;
  config::Duration lag;
  config::Duration freshness;
};

const config::Spec<PartitionOptions>& partition_spec();

execution::PartitionRule rule_of(const PartitionOptions& options);

}  // namespace weir::project

// SPDX-License-Identifier: Apache-2.0
// Which partitions a command is about, and what each of them needs. Used by run, backfill, plan,
// gaps and check.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "execution/pipeline.h"
#include "model/partition.h"
#include "state/state_store.h"

namespace weir::app {

/// Partitions as a person names them; both ends are included. Empty: from the first, to the last
/// that is complete.
struct PartitionRange {
  std::string from;
  std::string to;
};

/// The partitions of a range, oldest first; the whole when the pipeline has no partitions, and of
/// objects and of a cursor's windows those that are to be loaded or were.
Result<std::vector<model::Partition>> partitions_in(const execution::Pipeline& pipeline,
                                                    const PartitionRange& range, Timestamp now);

enum class Need {
  UpToDate,      ///< the destination holds this very input
  NeverLoaded,   ///< the destination knows nothing of it
  InputChanged,  ///< it was loaded from another input
  Unrecorded,    ///< loaded, but the state does not know: the run will only confirm it
};

struct PlannedPartition {
  model::Partition partition;
  std::vector<sdk::InputStamp> inputs;
  Need need = Need::NeverLoaded;
  std::optional<model::LedgerEntry> loaded;  ///< the newest ledger entry
  bool definition_changed = false;           ///< loaded with an earlier definition of the pipeline
  std::string cursor;                        ///< for the ledger; see execution::RunOptions

  std::uint64_t bytes() const;
};

/// Asks source, destination and state about the partitions, in their order.
Result<std::vector<PlannedPartition>> plan_partitions(const execution::Pipeline& pipeline,
                                                      const std::vector<model::Partition>& partitions,
                                                      state::StateStore& state);

/// The same about those of a range. What is asked of partitions_in(), too, is asked once, so that an
/// object cannot vanish in between.
Result<std::vector<PlannedPartition>> plan_range(const execution::Pipeline& pipeline,
                                                 const PartitionRange& range, Timestamp now,
                                                 state::StateStore& state);

/// The objects that will never be loaded because a newer one is; see `take: newest`.
Result<std::vector<sdk::Offer>> superseded_objects(const execution::Pipeline& pipeline);

/// Only those that are not up to date.
std::vector<PlannedPartition> needing_work(std::vector<PlannedPartition> partitions);

/// The newest of the partitions that has input; nothing when none has.
Result<std::optional<model::Partition>> newest_with_input(const execution::Pipeline& pipeline,
                                                          const std::vector<model::Partition>& partitions);

}  // namespace weir::app

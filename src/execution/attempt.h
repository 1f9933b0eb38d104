// SPDX-License-Identifier: Apache-2.0
// Attempt: one run of one partition, from the claim to the record. Only the runner includes it.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "execution/runner.h"
#include "execution/writer.h"
#include "state/partition_lock.h"
#include "state/quarantine.h"

namespace weir::execution {

class Runner::Attempt {
 public:
  Attempt(Runner& runner, const model::Partition& partition, const RunOptions& options, Observer& observer);

  RunOutcome load();
  RunOutcome replay(const RowsToReplay& rows);

 private:
  /// What a transfer of rows is for.
  struct Purpose {
    model::WriteMode write;
    std::string fingerprint;
    std::optional<model::LedgerEntry> known;  ///< what the partition held before
    /// Of a replay: the load that its rows come on top of, how many rows of its account they were,
    /// and those that cannot be tried.
    std::optional<model::LedgerEntry> onto;
    std::uint64_t replayed = 0;
    std::vector<sdk::Reject> left_aside;
  };

  Result<void> claim();
  Result<void> load_partition();
  Result<void> replay_rows(const RowsToReplay& rows);
  /// What the destination says of this partition, asked before every load.
  Result<std::optional<model::LedgerEntry>> known_load() const;
  state::QuarantinePlace place() const { return {services_.folder, pipeline_.name, partition_.key}; }
  Result<void> confirm(const model::LedgerEntry& known);
  Result<void> publish_nothing(const std::string& fingerprint);
  Result<void> transfer(const Reopen& open, const Purpose& purpose);
  Result<model::WriteMode> write_mode(const Purpose& purpose, const transforms::Program& program) const;
  Result<model::LedgerEntry> entry_of(const Purpose& purpose, const model::RowCounts& counts,
                                      const std::string& content_hash) const;
  Result<void> stream(sdk::Extraction& extraction, Workers& workers, Writer& writer);
  Result<void> publish(sdk::Load& load, const model::LedgerEntry& entry);
  sdk::LoadRequest load_request(const model::Schema& schema, bool skip_known_keys,
                                model::WriteMode write) const;
  model::LedgerEntry ledger_entry(const std::string& fingerprint, const model::RowCounts& counts) const;

  /// Moves the run on, stores it with its event and tells the observer.
  Result<void> advance(state::RunState to, std::string event, std::string fields, std::string level = "info");
  RunOutcome finish(Result<void> result);
  void crash_point(std::string_view point) const;

  Runner& runner_;
  const Pipeline& pipeline_;
  const Services& services_;
  const model::Partition& partition_;
  const RunOptions options_;
  Observer& observer_;
  state::Run run_;
  bool claimed_ = false;
  std::optional<state::PartitionLock> lock_;
};

}  // namespace weir::execution

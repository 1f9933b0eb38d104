// SPDX-License-Identifier: Apache-2.0
// Attempt: one run of one partition, from the claim to the record. Only the runner includes it.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "execution/block_queue.h"
#include "execution/fresh_start.h"
#include "execution/runner.h"
#include "execution/stage.h"
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
  /// What the destination's ledger holds of this partition, by table.
  using Held = std::map<std::string, model::LedgerEntry>;

  /// What a transfer of rows is for.
  struct Purpose {
    std::string fingerprint;
    Held held;  ///< before
    /// A replay puts its rows on top of what is held.
    enum class Kind { Load, Replay } kind = Kind::Load;
    std::vector<std::uint64_t> replayed{};  ///< rows of each table that were in its account as bad
    std::vector<sdk::Reject> left_aside{};  ///< rows that cannot be tried
  };

  /// The way of one table's rows.
  struct Lane {
    Workers& workers;
    Writer writer;
    std::optional<Stage> stage;
  };

  Result<void> claim();
  Result<void> load_partition();
  Result<void> load_once();
  /// Waits before a fresh start; whether there is to be one.
  Result<bool> starts_afresh();
  Result<void> replay_rows(const RowsToReplay& rows);
  /// What the destination says of this partition, asked before every load.
  Result<Held> held() const;
  bool is_complete(const Held& held) const;
  state::QuarantinePlace place() const { return {services_.folder, pipeline_.name, partition_.key}; }
  Result<void> confirm(const Held& held);
  Result<void> publish_nothing(const std::string& fingerprint, const Held& held);
  Result<void> transfer(const Reopen& open, const Purpose& purpose);
  Result<std::vector<Workers*>> compile(const sdk::Extraction& extraction, const Reopen& open,
                                        const Purpose& purpose);
  Result<sdk::LoadRequest> load_request(const std::vector<Workers*>& workers, const Purpose& purpose) const;
  Result<model::WriteMode> write_mode(const Table& table, const Purpose& purpose,
                                      const transforms::Program& program) const;
  Result<std::vector<Lane>> make_lanes(const std::vector<Workers*>& workers, const Purpose& purpose,
                                       sdk::Load& load, state::QuarantineWriter& quarantine) const;
  std::vector<Work> work_of(const std::vector<Lane>& lanes) const;
  Result<void> stream(sdk::Extraction& extraction, std::vector<Lane>& lanes);
  static Result<void> deliver(WorkedBlock& worked, Lane& lane);
  /// Whether every row of a replay is as bad as it was.
  static bool changes_nothing(const Purpose& purpose, const std::vector<Lane>& lanes);
  Result<std::vector<model::LedgerEntry>> entries_of(const Purpose& purpose, const std::vector<Lane>& lanes,
                                                     const std::string& content_hash) const;
  Result<void> take_late_refusals(sdk::Load& load, const Reopen& open, std::vector<Lane>& lanes);
  Result<std::vector<std::optional<sdk::Reject>>> originals_of(const std::vector<sdk::LateRefusal>& refusals,
                                                               const Reopen& open,
                                                               const std::vector<Lane>& lanes);
  void take_account(const sdk::Extraction& extraction, const std::vector<Lane>& lanes);
  Result<void> publish(sdk::Load& load, const std::vector<model::LedgerEntry>& entries);
  model::LedgerEntry ledger_entry(const Table& table, const std::string& fingerprint,
                                  const model::RowCounts& counts) const;
  /// Tells the source how the run of an offered partition ended.
  Result<void> settle(Result<void> result);

  /// Moves the run on, stores it with its event and tells the observer.
  Result<void> advance(state::RunState to, std::string event, std::string fields, std::string level = "info");
  RunOutcome finish(const Result<void>& result);
  void crash_point(std::string_view point) const;

  Runner& runner_;
  const Pipeline& pipeline_;
  const Services& services_;
  const model::Partition& partition_;
  const RunOptions options_;
  Observer& observer_;
  state::Run run_;
  std::vector<sdk::InputStamp> inputs_;  ///< what a load reads
  FreshStart fresh_start_;
  bool claimed_ = false;
  std::optional<state::PartitionLock> lock_;
};

}  // namespace weir::execution

// SPDX-License-Identifier: Apache-2.0
// The port to weir's memory: runs, partitions and events. Execution writes it, commands and the API
// read it. The destinations' ledgers are the truth; everything here can be rebuilt from them.
// Thread-safe, and safe for several processes on one file. See sqlite_state_store.h for the adapter.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/load.h"
#include "state/run.h"

namespace weir::state {

struct RunRequest {
  std::string run_id;  ///< from make_id()
  std::string pipeline;
  std::string partition;
  Trigger trigger = Trigger::Run;
  Timestamp now;
  Process process;
};

/// Which runs to list, newest first. Empty members do not restrict.
struct RunFilter {
  std::string pipeline;
  std::string partition;
  std::optional<RunState> state;
  std::size_t limit = 50;
};

class Runs {
 public:
  virtual ~Runs() = default;
  /// Begins a run as Claimed and counts its attempt. Conflict when the id is taken.
  virtual Result<Run> begin(const RunRequest& request) = 0;
  /// Stores a run as it now is together with its new events, in one transaction. When its state is
  /// final the partition's status follows.
  virtual Result<void> record(const Run& run, std::span<const Event> events) = 0;
  /// The run of an id or of the beginning of one, as long as only one fits; else the run that made the
  /// load of that id.
  virtual Result<Run> find(const std::string& id) = 0;
  virtual Result<std::vector<Run>> list(const RunFilter& filter) = 0;
  /// Marks unfinished runs whose process is not `running` any more as Interrupted; returns them as
  /// they were before, so that their state tells how far they had come.
  virtual Result<std::vector<Run>> interrupt_abandoned(
      Timestamp now, const std::function<bool(const Process&)>& running) = 0;
};

class Partitions {
 public:
  virtual ~Partitions() = default;
  virtual Result<std::optional<PartitionStatus>> find(const std::string& pipeline,
                                                      const std::string& partition) = 0;
  /// All known partitions of a pipeline by key; of all pipelines when it is empty.
  virtual Result<std::vector<PartitionStatus>> list(const std::string& pipeline) = 0;
  /// Those of the given keys that were never proven loaded or empty, in the given order.
  virtual Result<std::vector<std::string>> gaps(const std::string& pipeline,
                                                std::span<const std::string> keys) = 0;
};

class Events {
 public:
  virtual ~Events() = default;
  /// Appends in one transaction.
  virtual Result<void> append(std::span<const Event> events) = 0;
  /// The events of one run in the order they were appended.
  virtual Result<std::vector<Event>> read(const std::string& run_id) = 0;
};

/// How long finished runs stay: a run goes when it is older than `age` and its pipeline has at
/// least `runs` newer ones. Partitions stay for ever.
struct Retention {
  std::chrono::days age{90};
  std::size_t runs = 1000;
};

class StateStore {
 public:
  virtual ~StateStore() = default;
  virtual Runs& runs() = 0;
  virtual Partitions& partitions() = 0;
  virtual Events& events() = 0;
  /// Removes old runs and their events; returns how many runs went.
  virtual Result<std::uint64_t> prune(Timestamp now, const Retention& retention) = 0;
  /// Forgets everything and learns it anew from ledger entries. Doing it twice changes nothing.
  virtual Result<void> rebuild(std::span<const model::LedgerEntry> entries) = 0;
};

}  // namespace weir::state

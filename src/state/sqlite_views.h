// SPDX-License-Identifier: Apache-2.0
// The views of the SQLite state store and the writes they share. For this folder only. The classes
// lock the connection; the free functions expect that it is locked.
#pragma once

#include <span>

#include "state/sqlite_database.h"
#include "state/state_store.h"

namespace weir::state {

Result<void> write_run(Database& database, const Run& run);
Result<void> write_events(Database& database, std::span<const Event> events);
/// Lets the partition's status follow a run with a final state.
Result<void> write_partition_status(Database& database, const Run& run);

class SqliteRuns final : public Runs {
 public:
  explicit SqliteRuns(Connection& connection) : connection_(connection) {}
  Result<Run> begin(const RunRequest& request) override;
  Result<void> record(const Run& run, std::span<const Event> events) override;
  Result<Run> find(const std::string& id) override;
  Result<std::vector<Run>> list(const RunFilter& filter) override;
  Result<std::vector<Run>> interrupt_abandoned(Timestamp now,
                                               const std::function<bool(const Process&)>& running) override;

 private:
  Result<std::vector<Run>> unfinished();
  Result<std::int64_t> next_attempt(const RunRequest& request);

  Connection& connection_;
};

class SqlitePartitions final : public Partitions {
 public:
  explicit SqlitePartitions(Connection& connection) : connection_(connection) {}
  Result<std::optional<PartitionStatus>> find(const std::string& pipeline,
                                              const std::string& partition) override;
  Result<std::vector<PartitionStatus>> list(const std::string& pipeline) override;
  Result<std::vector<std::string>> gaps(const std::string& pipeline,
                                        std::span<const std::string> keys) override;

 private:
  Connection& connection_;
};

class SqliteEvents final : public Events {
 public:
  explicit SqliteEvents(Connection& connection) : connection_(connection) {}
  Result<void> append(std::span<const Event> events) override;
  Result<std::vector<Event>> read(const std::string& run_id) override;

 private:
  Connection& connection_;
};

}  // namespace weir::state

// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/snapshot.h"

#include <fmt/format.h>

#include "base/text.h"

namespace weir::mysql {
namespace {

constexpr int kLockPatience = 5;  // seconds; everybody who writes to the table waits behind us meanwhile

Result<std::unique_ptr<Connection>> open_reader(Sessions& sessions) {
  auto connection = std::make_unique<Connection>(TRY(sessions.open()));
  TRY(connection->execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
  return connection;
}

Result<void> begin(Connection& connection) {
  TRY(connection.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"));
  return {};
}

/// Waits until no transaction has written to the tables without being committed, and keeps new ones
/// away.
Result<void> lock(Connection& connection, const std::vector<TableName>& tables) {
  std::vector<std::string> locks;
  for (const auto& table : tables) locks.push_back(table.sql() + " READ");
  TRY(connection.execute(fmt::format("SET SESSION lock_wait_timeout = {}", kLockPatience)));
  TRY(connection.execute("LOCK TABLES " + join(locks)));
  return {};
}

}  // namespace

Result<Snapshot> begin_snapshot(Sessions& sessions, const std::vector<TableName>& shared_tables,
                                std::size_t readers) {
  Snapshot snapshot;
  snapshot.connections.push_back(TRY(open_reader(sessions)));
  if (readers <= 1 || shared_tables.empty()) {
    TRY(begin(*snapshot.connections.front()));
    return snapshot;
  }
  auto locker = TRY(sessions.open());
  for (std::size_t i = 1; i < readers; ++i) snapshot.connections.push_back(TRY(open_reader(sessions)));
  if (const auto locked = lock(locker, shared_tables); !locked) {
    snapshot.connections.resize(1);
    snapshot.warnings.push_back(fmt::format(
        "the tables could not be locked for a moment, so one connection reads everything in place of {}: {}",
        readers, locked.error().message()));
  }
  for (auto& connection : snapshot.connections) TRY(begin(*connection));
  return snapshot;  // the locks end with the locker
}

}  // namespace weir::mysql

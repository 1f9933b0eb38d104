// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/snapshot.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "connectors/mysql/raw_rows.h"

namespace weir::mysql {
namespace {

constexpr int kLockPatience = 5;  // seconds; everybody who writes to the table waits behind us meanwhile

Result<void> begin_transaction(Connection& connection) {
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

/// Whether rows come as they were described.
bool same_columns(const RowStream& stream, const RowShape& shape) {
  const auto same = [](const Field& now, const Field& then) {
    const auto described = then.kind == Kind::Float ? Kind::Double : then.kind;
    return now.name == then.name && (now.kind == described || now.kind == then.kind);
  };
  return std::equal(stream.fields().begin(), stream.fields().end(), shape.fields.begin(), shape.fields.end(),
                    same);
}

}  // namespace

Result<void> Snapshot::add_reader() {
  auto connection = std::make_unique<Connection>(TRY(sessions_->open()));
  TRY(connection->execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
  ids_.push_back(connection->id());
  connections_.push_back(std::move(connection));
  return {};
}

Result<std::unique_ptr<Snapshot>> Snapshot::begin(std::shared_ptr<Sessions> sessions,
                                                  const std::vector<TableName>& shared_tables,
                                                  std::size_t readers) {
  std::unique_ptr<Snapshot> snapshot(new Snapshot(std::move(sessions)));
  TRY(snapshot->add_reader());
  if (readers <= 1 || shared_tables.empty()) {
    TRY(begin_transaction(snapshot->first()));
    return snapshot;
  }
  auto locker = TRY(snapshot->sessions_->open());
  for (std::size_t i = 1; i < readers; ++i) TRY(snapshot->add_reader());
  if (const auto locked = lock(locker, shared_tables); !locked) {
    snapshot->connections_.resize(1);
    snapshot->ids_.resize(1);
    snapshot->warnings_.push_back(fmt::format(
        "the tables could not be locked for a moment, so one connection reads everything in place of {}: {}",
        readers, locked.error().message()));
  }
  for (auto& connection : snapshot->connections_) TRY(begin_transaction(*connection));
  return snapshot;  // the locks end with the locker
}

void Snapshot::leave(std::size_t) { end_thread(); }

Result<void> Snapshot::read(std::size_t reader, const sql::Piece& piece, sql::RowSink& rows) {
  auto stream = TRY(connections_[reader]->stream(piece.sql));
  if (!same_columns(stream, static_cast<const Stream&>(*streams_[piece.stream]).shape)) {
    return fail(ErrorCode::Conflict, "the columns were changed just before they were read; run again");
  }
  const auto columns = stream.fields().size();
  RawRow row;
  while (TRY(stream.next(row))) {
    put_row(rows, row, columns);
    TRY(rows.take_row());
  }
  return {};
}

void Snapshot::stop(const std::vector<bool>& busy) {
  // A statement that sorts does not notice by itself that nobody waits for it any more.
  std::vector<unsigned long> running;
  for (std::size_t i = 0; i < busy.size(); ++i) {
    if (busy[i]) running.push_back(ids_[i]);
  }
  sessions_->kill_queries(running);
  for (const auto& connection : connections_) connection->cut();
}

}  // namespace weir::mysql

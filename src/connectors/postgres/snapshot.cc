// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/snapshot.h"

#include <algorithm>
#include <cstring>

#include "connectors/postgres/source_query.h"
#include "protocols/postgres/options.h"

namespace weir::postgres {

namespace {

// Streams are read from one snapshot; a stamp and its rows have to agree as well.
constexpr const char* kBegin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

}  // namespace

Result<std::string> begin_snapshot(Connection& connection, Sharing sharing) {
  TRY(connection.execute(kBegin));
  if (sharing == Sharing::Alone) return std::string();
  // A failure ends the transaction, and no savepoint helps: none may be open when a snapshot is exported.
  const auto exported = connection.execute("SELECT pg_export_snapshot()");
  if (exported) return std::string(exported->text(0, 0));
  connection.roll_back();
  TRY(connection.execute(kBegin));
  return std::string();
}

Snapshot::Snapshot(std::shared_ptr<Sessions> sessions, Connection first, std::string name,
                   std::size_t readers, sql::StreamList streams)
    : sessions_(std::move(sessions)),
      readers_(std::max<std::size_t>(readers, 1)),
      streams_(std::move(streams)),
      name_(std::move(name)) {
  readers_.front().canceller = first.canceller();
  readers_.front().connection = std::move(first);
}

Snapshot::~Snapshot() { give_back(readers_.front()); }

bool Snapshot::enter(std::size_t reader) {
  if (reader == 0) return true;
  if (name_.empty()) return false;
  auto taken = sessions_->take();
  if (!taken) return false;
  auto& connection = readers_[reader].connection.emplace(*std::move(taken));
  readers_[reader].canceller = connection.canceller();
  return connection.execute(std::string(kBegin) + "; SET TRANSACTION SNAPSHOT " + literal(name_)).ok();
}

/// The first one stays, because the snapshot of the others is its own.
void Snapshot::leave(std::size_t reader) {
  if (reader != 0) give_back(readers_[reader]);
}

void Snapshot::give_back(Reader& reader) {
  if (!reader.connection) return;
  reader.connection->roll_back();
  sessions_->give_back(*std::move(reader.connection));
  reader.connection.reset();
}

Result<void> Snapshot::read(std::size_t reader, const sql::Piece& piece, sql::RowSink& rows) {
  auto& connection = *readers_[reader].connection;
  const auto columns = static_cast<const Stream&>(*streams_[piece.stream]).shape.columns.size();
  TRY(connection.begin_copy_out(piece.sql));
  bool at_head = true;
  while (const auto chunk = TRY(connection.copy_out())) {
    auto bytes = chunk->view();
    if (at_head) bytes = TRY(after_copy_header(bytes));
    at_head = false;
    if (bytes.empty()) continue;
    if (TRY(row_length(bytes, columns)) == 0) continue;  // the end of the data, before that of the statement
    std::memcpy(rows.room(bytes.size()), bytes.data(), bytes.size());
    TRY(rows.take_row());
  }
  return {};
}

void Snapshot::stop(const std::vector<bool>& busy) {
  for (std::size_t i = 0; i < busy.size(); ++i) {
    if (busy[i]) static_cast<void>(readers_[i].canceller->cancel());
  }
}

}  // namespace weir::postgres

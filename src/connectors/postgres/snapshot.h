// SPDX-License-Identifier: Apache-2.0
// Connections that see one and the same instant of the database. Used by the source only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/postgres/sessions.h"
#include "connectors/sql/snapshot_reader.h"

namespace weir::postgres {

enum class Sharing { Alone, WithOthers };

/// Begins a transaction that reads one instant. Gives the name by which other connections can see the same
/// one; empty when they cannot, as behind some poolers, or need not.
Result<std::string> begin_snapshot(Connection& connection, Sharing sharing);

class Snapshot final : public sql::Snapshot {
 public:
  /// `first` is in the transaction whose snapshot counts. Up to `readers` connections share it by the
  /// name that begin_snapshot() gave; one that cannot be had is done without. The streams are those of a
  /// source of this folder.
  Snapshot(std::shared_ptr<Sessions> sessions, Connection first, std::string name, std::size_t readers,
           sql::StreamList streams);
  ~Snapshot() override;
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  bool enter(std::size_t reader) override;
  void leave(std::size_t reader) override;
  Result<void> read(std::size_t reader, const sql::Piece& piece, sql::RowSink& rows) override;
  void stop(const std::vector<bool>& busy) override;

 private:
  struct Reader {
    std::optional<Connection> connection;
    std::optional<Canceller> canceller;
  };
  void give_back(Reader& reader);

  std::shared_ptr<Sessions> sessions_;
  std::vector<Reader> readers_;
  sql::StreamList streams_;
  std::string name_;
};

}  // namespace weir::postgres

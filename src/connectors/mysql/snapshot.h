// SPDX-License-Identifier: Apache-2.0
// Connections that see one and the same instant of the database. Used by the source only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/mysql/sessions.h"
#include "connectors/mysql/source_query.h"
#include "connectors/sql/snapshot_reader.h"

namespace weir::mysql {

class Snapshot final : public sql::Snapshot {
 public:
  /// Begins a snapshot. More than one connection can share it because the tables that they are to read
  /// are locked against writers until all of them have begun: then no row of these tables changes in
  /// between. Where they cannot be locked, one connection is all there is, and a warning says so.
  /// InnoDB only: other engines keep no old rows.
  static Result<std::unique_ptr<Snapshot>> begin(std::shared_ptr<Sessions> sessions,
                                                 const std::vector<TableName>& shared_tables,
                                                 std::size_t readers);

  /// At least one, each in its transaction.
  std::size_t readers() const { return connections_.size(); }
  Connection& first() { return *connections_.front(); }
  const std::vector<std::string>& warnings() const { return warnings_; }
  /// What is to be read, before it is: streams of a source of this folder.
  void expect(sql::StreamList streams) { streams_ = std::move(streams); }

  bool enter(std::size_t) override { return true; }
  void leave(std::size_t reader) override;
  Result<void> read(std::size_t reader, const sql::Piece& piece, sql::RowSink& rows) override;
  void stop(const std::vector<bool>& busy) override;

 private:
  explicit Snapshot(std::shared_ptr<Sessions> sessions) : sessions_(std::move(sessions)) {}
  Result<void> add_reader();

  std::shared_ptr<Sessions> sessions_;
  std::vector<std::unique_ptr<Connection>> connections_;  // one a reader
  std::vector<unsigned long> ids_;
  std::vector<std::string> warnings_;
  sql::StreamList streams_;
};

}  // namespace weir::mysql

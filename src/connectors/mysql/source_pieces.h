// SPDX-License-Identifier: Apache-2.0
// How a large table is cut into ranges of its key. Used by the source only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connectors/mysql/source_query.h"
#include "connectors/sql/snapshot_reader.h"

namespace weir::mysql {

/// What is known about a table without a look at its rows.
struct TableFacts {
  std::string engine;
  std::uint64_t bytes = 0;           ///< roughly
  std::optional<std::string> key{};  ///< the first column of the primary key, when it is an integer

  bool is_versioned() const { return engine == "InnoDB" || engine.empty(); }
};

Result<TableFacts> facts_of(Connection& connection, const TableName& name);

/// The pieces of a stream of a table, each of about `piece_bytes`. The connection is in the snapshot.
Result<std::vector<sql::Piece>> cut(Connection& connection, const Stream& stream, const TableFacts& facts,
                                    std::uint64_t piece_bytes);

}  // namespace weir::mysql

// SPDX-License-Identifier: Apache-2.0
// The source "mysql": tables and queries of a MySQL or MariaDB database. Used by the list of
// connectors. Thread-safe.
#pragma once

#include <memory>
#include <vector>

#include "connectors/mysql/source_options.h"
#include "connectors/sdk/source.h"
#include "io/clock.h"
#include "io/environment.h"
#include "protocols/mysql/options.h"

namespace weir::mysql {

/// A table above two pieces is read piece by piece, when there is more than one reader.
constexpr std::uint64_t kPieceBytes = std::uint64_t{8} * 1024 * 1024;

/// Does not connect yet. The environment and the clock outlive the source.
std::unique_ptr<sdk::Source> make_mysql_source(const MysqlOptions& connection, const SourceOptions& options,
                                               std::vector<SourceTableOptions> streams,
                                               const io::Environment& environment, const io::Clock& clock,
                                               std::uint64_t piece_bytes = kPieceBytes);

}  // namespace weir::mysql

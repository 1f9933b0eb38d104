// SPDX-License-Identifier: Apache-2.0
// The destination "mysql": tables in a MySQL or MariaDB database. Used by the list of connectors.
// Thread-safe; one load at a time.
#pragma once

#include <memory>

#include "connectors/mysql/destination_options.h"
#include "connectors/sdk/destination.h"
#include "io/environment.h"
#include "protocols/mysql/options.h"

namespace weir::mysql {

/// Does not connect yet. The environment outlives the destination.
std::unique_ptr<sdk::Destination> make_mysql_destination(const MysqlOptions& connection,
                                                         const DestinationOptions& options,
                                                         const io::Environment& environment);

}  // namespace weir::mysql

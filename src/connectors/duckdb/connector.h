// SPDX-License-Identifier: Apache-2.0
// The `duckdb` connector, for the list in app/builtin_connectors.cc.
#pragma once

#include "connectors/sdk/connector.h"

namespace weir::duckdb {

const sdk::Connector& connector();

}  // namespace weir::duckdb

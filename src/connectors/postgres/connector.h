// SPDX-License-Identifier: Apache-2.0
// The `postgres` connector, for the list in app/builtin_connectors.cc.
#pragma once

#include "connectors/sdk/connector.h"

namespace weir::postgres {

const sdk::Connector& connector();

}  // namespace weir::postgres

// SPDX-License-Identifier: Apache-2.0
// The `looker` connector, for the list in app/builtin_connectors.cc.
#pragma once

#include "connectors/sdk/connector.h"

namespace weir::looker {

const sdk::Connector& connector();

}  // namespace weir::looker

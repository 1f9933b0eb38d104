// SPDX-License-Identifier: Apache-2.0
// The `mysql` connector, for the list in app/builtin_connectors.cc.
#pragma once

#include "connectors/sdk/connector.h"

namespace weir::mysql {

const sdk::Connector& connector();

}  // namespace weir::mysql

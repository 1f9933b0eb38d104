// SPDX-License-Identifier: Apache-2.0
// The connector "redshift", for app/builtin_connectors.cc.
#pragma once

#include "connectors/sdk/connector.h"

namespace weir::redshift {

const sdk::Connector& connector();

}  // namespace weir::redshift

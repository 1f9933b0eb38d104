// SPDX-License-Identifier: Apache-2.0
// The connector "bigquery", for app/builtin_connectors.cc.
#pragma once

#include "connectors/sdk/connector.h"

namespace weir::bigquery {

const sdk::Connector& connector();

}  // namespace weir::bigquery

// SPDX-License-Identifier: Apache-2.0
// The connectors of files, wherever they lie, for the list in app/builtin_connectors.cc.
#pragma once

#include "connectors/sdk/connector.h"

namespace weir::files {

const sdk::Connector& connector();
const sdk::Connector& s3_connector();
const sdk::Connector& gcs_connector();

}  // namespace weir::files

// SPDX-License-Identifier: Apache-2.0
// How the staging bucket of a connection of type s3 is reached. Used by the connector.
#pragma once

#include "connectors/redshift/warehouse.h"
#include "connectors/sdk/connector.h"
#include "protocols/aws/s3_options.h"

namespace weir::redshift {

/// Reaches nothing yet. The parts of the context must outlive what it gives.
StagingAccess staging_access(const aws::S3Options& options, const sdk::ConnectorContext& context);

}  // namespace weir::redshift

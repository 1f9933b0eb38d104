// SPDX-License-Identifier: Apache-2.0
// The source "looker": rows of queries of explores. Used by the list of connectors. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "connectors/looker/source_options.h"
#include "connectors/sdk/source.h"
#include "protocols/looker/session.h"

namespace weir::looker {

/// Makes the session of a source when it is first needed.
using OpenSession = std::function<Result<std::shared_ptr<Session>>()>;

/// Asks the instance nothing yet, nor for credentials.
std::unique_ptr<sdk::Source> make_looker_source(OpenSession open_session, const io::Clock& clock,
                                                const SourceOptions& options,
                                                std::vector<QueryOptions> queries);

}  // namespace weir::looker

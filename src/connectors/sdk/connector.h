// SPDX-License-Identifier: Apache-2.0
// A connector: what a kind of system offers the project's files. One object per kind, listed in
// app/builtin_connectors.cc. Read-only, shared by all threads.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/description.h"
#include "config/diagnostics.h"
#include "config/node.h"
#include "connectors/sdk/destination.h"
#include "connectors/sdk/source.h"
#include "io/clock.h"
#include "io/environment.h"
#include "io/http_client.h"
#include "io/sleeper.h"

namespace weir::sdk {

/// What a connector may use of the world. Outlives everything that is made with it.
struct ConnectorContext {
  std::string project_folder;
  const io::Environment& environment;
  const io::Clock& clock;
  io::Sleeper& sleeper;
  /// The client of all connectors. Opened when first asked for, because that takes time.
  std::function<Result<io::HttpClient*>()> http;
};

/// The mappings of the configuration that make a source or destination: the connection of weir.yaml
/// and the pipeline's own options.
struct ConnectorNodes {
  config::Node connection;
  config::Node options;
  /// Options of each table of the pipeline, in order; empty for a pipeline of one table without a
  /// `tables` list. A source reads its `source` mapping (Connector::source_table()).
  std::vector<config::Node> tables{};
  /// Another connection of weir.yaml by its name, for a part that needs two systems; nothing when
  /// there is none.
  std::function<std::optional<config::Node>(const std::string& name)> find_connection{};
};

class Connector {
 public:
  virtual ~Connector() = default;
  /// Options of a connection. The description's name is the connection's `type`.
  virtual const config::Description& connection() const = 0;
  /// Options of a pipeline's source beside `connection`; null when this is no source.
  virtual const config::Description* source() const = 0;
  /// Options of one table of a pipeline with several; null when this source fills only one.
  virtual const config::Description* source_table() const { return nullptr; }
  /// Options of a pipeline's destination beside the common ones; null when this is no destination.
  virtual const config::Description* destination() const = 0;
  /// Reads the options and makes the part. Problems of the configuration go to `diagnostics`, and
  /// then the part is null.
  virtual Result<std::unique_ptr<Source>> make_source(const ConnectorContext& context,
                                                      const ConnectorNodes& nodes,
                                                      config::Diagnostics& diagnostics) const = 0;
  virtual Result<std::unique_ptr<Destination>> make_destination(const ConnectorContext& context,
                                                                const ConnectorNodes& nodes,
                                                                config::Diagnostics& diagnostics) const = 0;
};

}  // namespace weir::sdk

// SPDX-License-Identifier: Apache-2.0
#include "connectors/duckdb/connector.h"

#include "connectors/duckdb/destination.h"

namespace weir::duckdb {
namespace {

/// A pipeline says nothing more about this destination than its table.
struct NoOptions {};

const config::Spec<NoOptions>& destination_spec() {
  static const auto spec = config::Spec<NoOptions>("duckdb", "A table of the database.");
  return spec;
}

class DuckdbConnector final : public sdk::Connector {
 public:
  const config::Description& connection() const override { return duckdb_spec().description(); }
  const config::Description* source() const override { return nullptr; }
  const config::Description* destination() const override { return &destination_spec().description(); }

  Result<std::unique_ptr<sdk::Source>> make_source(const sdk::ConnectorContext&, const sdk::ConnectorNodes&,
                                                   config::Diagnostics&) const override {
    return fail(ErrorCode::Unsupported, "duckdb is a destination only");
  }

  Result<std::unique_ptr<sdk::Destination>> make_destination(
      const sdk::ConnectorContext& context, const sdk::ConnectorNodes& nodes,
      config::Diagnostics& diagnostics) const override {
    const auto errors = diagnostics.error_count();
    const auto options = duckdb_spec().read(nodes.connection, diagnostics);
    destination_spec().read(nodes.options, diagnostics);
    if (diagnostics.error_count() != errors) return std::unique_ptr<sdk::Destination>();
    return make_duckdb_destination(options, context.project_folder);
  }
};

}  // namespace

const sdk::Connector& connector() {
  static const DuckdbConnector connector;
  return connector;
}

}  // namespace weir::duckdb

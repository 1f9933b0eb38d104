// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/connector.h"

#include "connectors/postgres/destination.h"

namespace weir::postgres {
namespace {

class PostgresConnector final : public sdk::Connector {
 public:
  const config::Description& connection() const override { return postgres_spec().description(); }
  const config::Description* source() const override { return nullptr; }
  const config::Description* destination() const override { return &destination_spec().description(); }

  Result<std::unique_ptr<sdk::Source>> make_source(const sdk::ConnectorContext&, const sdk::ConnectorNodes&,
                                                   config::Diagnostics&) const override {
    return fail(ErrorCode::Unsupported, "postgres is a destination only");
  }

  Result<std::unique_ptr<sdk::Destination>> make_destination(
      const sdk::ConnectorContext& context, const sdk::ConnectorNodes& nodes,
      config::Diagnostics& diagnostics) const override {
    const auto errors = diagnostics.error_count();
    const auto connection = postgres_spec().read(nodes.connection, diagnostics);
    const auto options = destination_spec().read(nodes.options, diagnostics);
    if (diagnostics.error_count() != errors) return std::unique_ptr<sdk::Destination>();
    return make_postgres_destination(connection, options, context.environment);
  }
};

}  // namespace

const sdk::Connector& connector() {
  static const PostgresConnector connector;
  return connector;
}

}  // namespace weir::postgres

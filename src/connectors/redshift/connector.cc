// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/connector.h"

#include "connectors/redshift/destination.h"
#include "connectors/redshift/staging_access.h"

namespace weir::redshift {
namespace {

/// The bucket of the staging connection; nothing after reporting a problem.
std::optional<aws::S3Options> read_staging(const StagingOptions& staging, const sdk::ConnectorNodes& nodes,
                                           config::Diagnostics& diagnostics) {
  const auto* block = nodes.connection.find("staging");
  const auto* name = block == nullptr ? nullptr : block->find("connection");
  const auto& at = name == nullptr ? nodes.connection.at() : name->at();
  const auto node = nodes.find_connection ? nodes.find_connection(staging.connection) : std::nullopt;
  if (!node) {
    diagnostics.error(at, "weir.yaml has no connection '" + staging.connection + "' to stage rows in");
    return std::nullopt;
  }
  const auto* type = node->find("type");
  if (type == nullptr || type->text() != "s3") {
    diagnostics.error(at, "rows are staged in a connection of type s3, and '" + staging.connection + "' is " +
                              (type == nullptr ? "none" : type->text()));
    return std::nullopt;
  }
  const auto errors = diagnostics.error_count();
  auto options = aws::s3_spec().read(node->without("type"), diagnostics);
  if (diagnostics.error_count() != errors) return std::nullopt;
  return options;
}

class RedshiftConnector final : public sdk::Connector {
 public:
  const config::Description& connection() const override { return redshift_spec().description(); }
  const config::Description* source() const override { return nullptr; }
  const config::Description* destination() const override { return &destination_spec().description(); }

  Result<std::unique_ptr<sdk::Source>> make_source(const sdk::ConnectorContext&, const sdk::ConnectorNodes&,
                                                   config::Diagnostics&) const override {
    return fail(ErrorCode::Unsupported, "redshift is a destination only");
  }

  Result<std::unique_ptr<sdk::Destination>> make_destination(
      const sdk::ConnectorContext& context, const sdk::ConnectorNodes& nodes,
      config::Diagnostics& diagnostics) const override {
    const auto errors = diagnostics.error_count();
    auto options = redshift_spec().read(nodes.connection, diagnostics);
    const auto loading = destination_spec().read(nodes.options, diagnostics);
    if (diagnostics.error_count() != errors) return std::unique_ptr<sdk::Destination>();
    const auto staging = read_staging(options.staging, nodes, diagnostics);
    if (!staging) return std::unique_ptr<sdk::Destination>();
    return make_redshift_destination(
        std::make_unique<Warehouse>(std::move(options), staging_access(*staging, context),
                                    context.environment),
        loading);
  }
};

}  // namespace

const sdk::Connector& connector() {
  static const RedshiftConnector connector;
  return connector;
}

}  // namespace weir::redshift

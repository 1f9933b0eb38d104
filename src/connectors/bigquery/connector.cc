// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/connector.h"

#include "connectors/bigquery/dataset.h"
#include "connectors/bigquery/destination.h"
#include "connectors/bigquery/source.h"

namespace weir::bigquery {
namespace {

class BigQueryConnector final : public sdk::Connector {
 public:
  const config::Description& connection() const override { return connection_spec().description(); }
  const config::Description* source() const override { return &source_spec().description(); }
  const config::Description* source_table() const override { return &source_table_spec().description(); }
  const config::Description* destination() const override { return &destination_spec().description(); }

  Result<std::unique_ptr<sdk::Source>> make_source(const sdk::ConnectorContext& context,
                                                   const sdk::ConnectorNodes& nodes,
                                                   config::Diagnostics& diagnostics) const override {
    const auto errors = diagnostics.error_count();
    auto dataset = read_connection(context, nodes, diagnostics);
    const auto options = source_spec().read(nodes.options, diagnostics);
    auto streams = read_streams(options, nodes.options, nodes.tables, diagnostics);
    if (options.transfer == Transfer::Export && nodes.connection.find("staging") == nullptr) {
      const auto* place = nodes.options.find("transfer");
      diagnostics.error(place == nullptr ? nodes.options.at() : place->at(),
                        "transfer: export needs a bucket; add `staging` to the connection");
    }
    if (diagnostics.error_count() != errors || !dataset) return std::unique_ptr<sdk::Source>();
    return make_bigquery_source(std::move(dataset), options, std::move(streams));
  }

  Result<std::unique_ptr<sdk::Destination>> make_destination(
      const sdk::ConnectorContext& context, const sdk::ConnectorNodes& nodes,
      config::Diagnostics& diagnostics) const override {
    const auto errors = diagnostics.error_count();
    auto dataset = read_connection(context, nodes, diagnostics);
    const auto options = destination_spec().read(nodes.options, diagnostics);
    if (diagnostics.error_count() != errors || !dataset) return std::unique_ptr<sdk::Destination>();
    return make_bigquery_destination(std::move(dataset), options);
  }
};

}  // namespace

const sdk::Connector& connector() {
  static const BigQueryConnector connector;
  return connector;
}

}  // namespace weir::bigquery

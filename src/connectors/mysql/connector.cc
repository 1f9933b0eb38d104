// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/connector.h"

#include "connectors/mysql/destination.h"
#include "connectors/mysql/source.h"

namespace weir::mysql {
namespace {

class MysqlConnector final : public sdk::Connector {
 public:
  const config::Description& connection() const override { return mysql_spec().description(); }
  const config::Description* source() const override { return &source_spec().description(); }
  const config::Description* source_table() const override { return &source_table_spec().description(); }
  const config::Description* destination() const override { return &destination_spec().description(); }

  Result<std::unique_ptr<sdk::Source>> make_source(const sdk::ConnectorContext& context,
                                                   const sdk::ConnectorNodes& nodes,
                                                   config::Diagnostics& diagnostics) const override {
    const auto errors = diagnostics.error_count();
    const auto connection = mysql_spec().read(nodes.connection, diagnostics);
    const auto options = source_spec().read(nodes.options, diagnostics);
    auto streams = read_streams(options, nodes.options, nodes.tables, diagnostics);
    if (diagnostics.error_count() != errors) return std::unique_ptr<sdk::Source>();
    return make_mysql_source(connection, options, std::move(streams), context.environment, context.clock);
  }

  Result<std::unique_ptr<sdk::Destination>> make_destination(
      const sdk::ConnectorContext& context, const sdk::ConnectorNodes& nodes,
      config::Diagnostics& diagnostics) const override {
    const auto errors = diagnostics.error_count();
    const auto connection = mysql_spec().read(nodes.connection, diagnostics);
    const auto options = destination_spec().read(nodes.options, diagnostics);
    if (diagnostics.error_count() != errors) return std::unique_ptr<sdk::Destination>();
    return make_mysql_destination(connection, options, context.environment);
  }
};

}  // namespace

const sdk::Connector& connector() {
  static const MysqlConnector connector;
  return connector;
}

}  // namespace weir::mysql

// SPDX-License-Identifier: Apache-2.0
#include "connectors/looker/connector.h"

#include <algorithm>

#include "connectors/looker/source.h"

namespace weir::looker {
namespace {

/// System Activity shares one small pool of connections with the instance itself.
std::size_t usual_concurrency(const std::vector<QueryOptions>& queries) {
  const bool own_usage = std::any_of(queries.begin(), queries.end(),
                                     [](const auto& query) { return query.model == kSystemActivity; });
  return own_usage ? 1 : 4;
}

class LookerConnector final : public sdk::Connector {
 public:
  const config::Description& connection() const override { return looker_spec().description(); }
  const config::Description* source() const override { return &source_spec().description(); }
  const config::Description* source_table() const override { return &source_table_spec().description(); }
  const config::Description* destination() const override { return nullptr; }

  Result<std::unique_ptr<sdk::Source>> make_source(const sdk::ConnectorContext& context,
                                                   const sdk::ConnectorNodes& nodes,
                                                   config::Diagnostics& diagnostics) const override {
    const auto errors = diagnostics.error_count();
    const auto connection = looker_spec().read(nodes.connection, diagnostics);
    const auto options = source_spec().read(nodes.options, diagnostics);
    auto queries = read_queries(options, nodes.options, nodes.tables, diagnostics);
    if (diagnostics.error_count() != errors) return std::unique_ptr<sdk::Source>();
    const auto concurrency = connection.concurrency.value_or(usual_concurrency(queries));
    auto open = [connection, concurrency, context]() -> Result<std::shared_ptr<Session>> {
      config::Diagnostics warnings;
      auto instance = TRY(find_instance(connection, context.environment, context.project_folder, warnings));
      const World world{*TRY(context.http()), context.clock, context.sleeper};
      return std::make_shared<Session>(std::move(instance), world, concurrency);
    };
    return make_looker_source(std::move(open), context.clock, options, std::move(queries));
  }

  Result<std::unique_ptr<sdk::Destination>> make_destination(const sdk::ConnectorContext&,
                                                             const sdk::ConnectorNodes&,
                                                             config::Diagnostics&) const override {
    return fail(ErrorCode::Unsupported, "looker is a source only");
  }
};

}  // namespace

const sdk::Connector& connector() {
  static const LookerConnector connector;
  return connector;
}

}  // namespace weir::looker

// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/dataset.h"

#include "protocols/google/gcs_options.h"

namespace weir::bigquery {
namespace {

/// The bucket of the staging connection; nothing after reporting a problem.
std::optional<google::GcsOptions> read_staging(const StagingOptions& staging,
                                               const sdk::ConnectorNodes& nodes,
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
  if (type == nullptr || type->text() != "gcs") {
    diagnostics.error(at, "rows are staged in a connection of type gcs, and '" + staging.connection +
                              "' is " + (type == nullptr ? "none" : type->text()));
    return std::nullopt;
  }
  const auto errors = diagnostics.error_count();
  auto options = google::gcs_spec().read(node->without("type"), diagnostics);
  if (diagnostics.error_count() != errors) return std::nullopt;
  return options;
}

}  // namespace

Result<google::BigQueryClient*> Dataset::client() {
  const std::lock_guard lock(mutex_);
  if (!client_) client_ = TRY(open_client_());
  return client_.get();
}

Result<io::ObjectStore*> Dataset::store() {
  if (!open_store_) return static_cast<io::ObjectStore*>(nullptr);
  const std::lock_guard lock(mutex_);
  if (!store_) store_ = TRY(open_store_());
  return store_.get();
}

std::shared_ptr<Dataset> read_connection(const sdk::ConnectorContext& context,
                                         const sdk::ConnectorNodes& nodes, config::Diagnostics& diagnostics) {
  const auto errors = diagnostics.error_count();
  const auto options = connection_spec().read(nodes.connection, diagnostics);
  if (diagnostics.error_count() != errors) return nullptr;
  std::optional<google::GcsOptions> staging;
  if (options.staging) {
    staging = read_staging(*options.staging, nodes, diagnostics);
    if (!staging) return nullptr;
  }
  const auto world = [http = context.http, &clock = context.clock,
                      &sleeper = context.sleeper]() -> Result<google::World> {
    return google::World{*TRY(http()), clock, sleeper};
  };
  const auto& environment = context.environment;
  const Dataset::OpenClient open_client = [options, &environment,
                                           world]() -> Result<std::unique_ptr<google::BigQueryClient>> {
    return google::open_bigquery(options, environment, TRY(world()));
  };
  Dataset::OpenStore open_store;
  if (staging) {
    open_store = [staging, &environment, world]() -> Result<std::unique_ptr<io::ObjectStore>> {
      config::Diagnostics warnings;  // were given when the configuration was read
      return google::open_bucket(*staging, environment, TRY(world()), warnings);
    };
  }
  // Shared by the source or destination and what is under way of it.
  return std::make_shared<Dataset>(open_client, std::move(open_store),
                                   options.staging ? options.staging->prefix : "", context.clock);
}

}  // namespace weir::bigquery

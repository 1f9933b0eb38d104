// SPDX-License-Identifier: Apache-2.0
// Dataset: what a connection of type bigquery reaches, the dataset and the staging bucket, opened when
// first needed. Used by the source and the destination. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "connectors/bigquery/options.h"
#include "connectors/sdk/connector.h"
#include "io/object_store.h"
#include "protocols/google/bigquery_client.h"

namespace weir::bigquery {

class Dataset {
 public:
  using OpenClient = std::function<Result<std::unique_ptr<google::BigQueryClient>>()>;
  using OpenStore = std::function<Result<std::unique_ptr<io::ObjectStore>>()>;

  /// `open_store` is empty when there is no staging bucket, whose objects begin with `prefix`.
  Dataset(OpenClient open_client, OpenStore open_store, std::string prefix, const io::Clock& clock)
      : open_client_(std::move(open_client)),
        open_store_(std::move(open_store)),
        prefix_(std::move(prefix)),
        clock_(clock) {}

  Result<google::BigQueryClient*> client();
  /// Null when there is no staging bucket.
  Result<io::ObjectStore*> store();
  const std::string& prefix() const { return prefix_; }
  const io::Clock& clock() const { return clock_; }

 private:
  const OpenClient open_client_;
  const OpenStore open_store_;
  const std::string prefix_;
  const io::Clock& clock_;
  std::mutex mutex_;  // guards what follows
  std::unique_ptr<google::BigQueryClient> client_;
  std::unique_ptr<io::ObjectStore> store_;
};

/// What a connection says; nothing after reporting a problem. The context outlives the dataset.
std::shared_ptr<Dataset> read_connection(const sdk::ConnectorContext& context,
                                         const sdk::ConnectorNodes& nodes, config::Diagnostics& diagnostics);

}  // namespace weir::bigquery

// SPDX-License-Identifier: Apache-2.0
// Warehouse: the two systems of a redshift destination, the cluster and the staging bucket, reached
// when first needed. Used by RedshiftDestination and its loads. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "connectors/redshift/copy_statement.h"
#include "connectors/redshift/options.h"
#include "io/environment.h"
#include "io/object_store.h"
#include "protocols/postgres/connection.h"

namespace weir::redshift {

/// How the staging bucket is reached; called once each, when first needed.
struct StagingAccess {
  std::function<Result<std::unique_ptr<io::ObjectStore>>()> open_store;
  /// The keys that COPY gets when there is no role. Asked before every COPY, because keys expire.
  std::function<Result<aws::Credentials>()> keys;
};

class Warehouse {
 public:
  /// `environment` must outlive it.
  Warehouse(RedshiftOptions options, StagingAccess staging, const io::Environment& environment)
      : options_(std::move(options)), staging_(std::move(staging)), environment_(environment) {}

  const RedshiftOptions& options() const { return options_; }
  const std::string& schema() const { return options_.schema; }
  /// "analyst@cluster:5439/dev", for messages and hints.
  Result<std::string> shown() const;
  Result<postgres::Connection> connect() const;
  Result<io::ObjectStore*> store();
  Result<CopyAccess> copy_access() const;

 private:
  const RedshiftOptions options_;
  const StagingAccess staging_;
  const io::Environment& environment_;
  std::mutex mutex_;
  std::unique_ptr<io::ObjectStore> store_;
};

}  // namespace weir::redshift

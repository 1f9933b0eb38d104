// SPDX-License-Identifier: Apache-2.0
// An archive of four CSV files in a real bucket and the pipeline that fills four tables with it, over
// ways on which faults can be put. Used by the tests of this folder. One thread.
#pragma once

#include <functional>
#include <string>

#include "tests/support/fault_proxy.h"
#include "tests/support/s3_server.h"
#include "tests/support/test_project.h"

namespace weir::faults {

using support::Ended;
using support::Fault;
using support::FaultProxy;

/// The place that the tables are in, as tests see it.
struct Warehouse {
  std::string connection;  ///< of weir.yaml, with {} for the port
  int port = 0;
  std::function<std::string(const std::string&)> sql;
};

Warehouse postgres_warehouse();
Warehouse redshift_warehouse();
/// The same with a connection that waits for an answer for some seconds only.
Warehouse impatient(Warehouse warehouse);

/// The port in "http://127.0.0.1:40001".
int port_of(const std::string& endpoint);

std::string gzip_of(const std::string& bytes);

/// The archive in a bucket, the warehouse, and weir, which sees both through the proxies.
class Drop {
 public:
  explicit Drop(Warehouse warehouse);

  Ended run(const support::TestProject::Variables& more = {}) const;
  /// Runs it and kills it as soon as one of its connections stands still.
  Ended run_and_kill_at_stall(const FaultProxy& way) const;
  const std::string& bucket() const { return bucket_.name(); }

  /// Whether all four tables hold the archive's rows once, as the ledger says, and the archive is
  /// where loaded ones go and nowhere else.
  bool expect_loaded_once();
  /// Whether the archive is whole in one place at least.
  void expect_archive_is_somewhere();

 private:
  bool has_archive(const char* key);
  std::string keys(const std::string& prefix);

  support::TestProject project_;
  support::S3Bucket bucket_;
  Warehouse warehouse_;

 public:
  FaultProxy storage;
  FaultProxy database;
};

}  // namespace weir::faults

// SPDX-License-Identifier: Apache-2.0
// Sandbox: stand-ins for the systems that weir talks to, on the loopback interface. The program
// weir-sandbox runs one; tests start one in their own process. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/clock.h"
#include "sandbox/http/faults.h"
#include "sandbox/looker/settings.h"
#include "sandbox/s3/settings.h"

namespace weir::sandbox {

namespace looker {
class Instance;
}

enum class TokenCheck { Off, On };

struct Settings {
  int port = 0;             ///< 0: a free one
  std::string folder = {};  ///< where objects and the key are kept; empty: in memory
  std::vector<std::string> buckets = {};
  TokenCheck token_check = TokenCheck::Off;
  std::int64_t token_seconds = 3599;
  std::uint64_t rewrite_step = 256U << 20U;  ///< bytes that one call of a rewrite copies
  /// Of BigQuery, "analytics" in project sandbox, or "project.analytics@EU".
  std::vector<std::string> datasets = {};
  std::int64_t loads_per_table = 1500;       ///< jobs that may change a table of BigQuery on one day
  std::uint64_t extract_bytes = 64U << 20U;  ///< of one file of an extract
  looker::Settings looker = {};
  s3::Settings s3 = {};
};

class Sandbox {
 public:
  /// The clock must outlive it.
  static Result<std::unique_ptr<Sandbox>> start(const Settings& settings, const io::Clock& clock);
  ~Sandbox();

  /// "http://127.0.0.1:40001".
  std::string url() const;
  Faults& faults();
  /// The Looker instance: its time, its rows, what it was asked.
  looker::Instance& looker();
  /// The key file of its service account.
  Result<std::string> service_account_file();
  /// Resumable uploads to the storage that are neither finished nor cancelled.
  std::size_t open_uploads() const;
  /// Multipart uploads to S3, likewise.
  std::size_t open_s3_uploads() const;
  /// Every request so far, as "GET /storage/v1/b/x/o?prefix=a 200".
  std::vector<std::string> requests() const;

 private:
  struct Parts;
  explicit Sandbox(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace weir::sandbox

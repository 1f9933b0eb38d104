// SPDX-License-Identifier: Apache-2.0
// Sessions with one server, kept for the next use. Shared by a destination or source and what it
// makes; thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "io/environment.h"
#include "protocols/postgres/connection.h"
#include "protocols/postgres/options.h"

namespace weir::postgres {

class Sessions {
 public:
  /// The environment outlives this. Connects when first asked for a session.
  Sessions(PostgresOptions options, const io::Environment& environment)
      : options_(std::move(options)), environment_(environment) {}

  /// A session outside of any transaction: one that was given back and still answers, or a new one.
  Result<Connection> take();
  /// Keeps a session for later, unless it is lost or in a transaction.
  void give_back(Connection connection);
  const PostgresOptions& options() const { return options_; }

 private:
  Result<Target> target();

  PostgresOptions options_;
  const io::Environment& environment_;
  std::mutex mutex_;
  std::optional<Target> target_;
  std::vector<Connection> idle_;
};

}  // namespace weir::postgres

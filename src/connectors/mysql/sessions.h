// SPDX-License-Identifier: Apache-2.0
// Sessions with one server. Shared by a source or destination and what it makes; thread-safe.
#pragma once

#include <mutex>
#include <optional>

#include "io/environment.h"
#include "protocols/mysql/connection.h"
#include "protocols/mysql/options.h"

namespace weir::mysql {

class Sessions {
 public:
  /// The environment outlives this.
  Sessions(MysqlOptions options, const io::Environment& environment)
      : options_(std::move(options)), environment_(environment) {}

  /// A new session.
  Result<Connection> open();
  /// Ends the statements of other sessions, as far as the server can be reached.
  void kill_queries(const std::vector<unsigned long>& connections);
  const MysqlOptions& options() const { return options_; }
  const std::string& database() const { return options_.database; }

 private:
  Result<Target> target();

  MysqlOptions options_;
  const io::Environment& environment_;
  std::mutex mutex_;
  std::optional<Target> target_;  // with the password, looked up once
};

}  // namespace weir::mysql

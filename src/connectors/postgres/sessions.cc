// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/sessions.h"

namespace weir::postgres {
namespace {
constexpr std::size_t kMostIdle = 4;
}

Result<Target> Sessions::target() {
  const std::lock_guard lock(mutex_);
  if (!target_) {
    target_ = TRY(target_of(options_, environment_));
    target_->session_sql = session_sql(options_);
  }
  return *target_;
}

Result<Connection> Sessions::take() {
  while (true) {
    std::optional<Connection> kept;
    {
      const std::lock_guard lock(mutex_);
      if (idle_.empty()) break;
      kept.emplace(std::move(idle_.back()));
      idle_.pop_back();
    }
    // A server or a firewall may have ended it since.
    if (kept->execute("")) return *std::move(kept);
  }
  auto opened = Connection::open(TRY(target()));
  if (!opened && opened.error().code() == ErrorCode::PermissionDenied) {
    const std::lock_guard lock(mutex_);
    target_.reset();  // the password may have been changed; look it up again
  }
  return opened;
}

void Sessions::give_back(Connection connection) {
  if (!connection.alive() || connection.in_transaction()) return;
  connection.take_notices();
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kMostIdle) idle_.push_back(std::move(connection));
}

}  // namespace weir::postgres

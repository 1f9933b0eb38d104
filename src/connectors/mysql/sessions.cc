// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/sessions.h"

#include <algorithm>

namespace weir::mysql {

Result<Target> Sessions::target() {
  const std::lock_guard lock(mutex_);
  if (!target_) target_ = TRY(target_of(options_, environment_));
  return *target_;
}

Result<Connection> Sessions::open() {
  auto opened = Connection::open(TRY(target()));
  if (!opened && opened.error().code() == ErrorCode::PermissionDenied) {
    const std::lock_guard lock(mutex_);
    target_.reset();  // the password may have been changed; look it up again
  }
  return opened;
}

void Sessions::kill_queries(const std::vector<unsigned long>& connections) {
  constexpr std::chrono::seconds kPatience{5};
  auto to = target();
  if (!to || connections.empty()) return;
  to->connect_timeout = std::min(to->connect_timeout, kPatience);
  to->network_timeout = std::min(to->network_timeout, kPatience);
  auto connection = Connection::open(*to);
  if (!connection) return;
  for (const auto id : connections) {
    static_cast<void>(connection->execute("KILL QUERY " + std::to_string(id)));
  }
}

}  // namespace weir::mysql

// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/destination_own_loads.h"

namespace weir::files {

bool OwnLoads::begin(const std::string& load_id) {
  const std::lock_guard lock(mutex_);
  return under_way_.insert(load_id).second;
}

void OwnLoads::end(const std::string& load_id) {
  const std::lock_guard lock(mutex_);
  under_way_.erase(load_id);
}

void OwnLoads::enter(TurnKind kind) {
  std::unique_lock lock(mutex_);
  if (kind == TurnKind::Shared) {
    changed_.wait(lock, [&] { return !is_alone_ && waiting_ == 0; });
    ++shared_;
    return;
  }
  ++waiting_;
  changed_.wait(lock, [&] { return !is_alone_ && shared_ == 0; });
  --waiting_;
  is_alone_ = true;
}

void OwnLoads::leave(TurnKind kind) {
  const std::lock_guard lock(mutex_);
  if (kind == TurnKind::Shared)
    --shared_;
  else
    is_alone_ = false;
  changed_.notify_all();
}

void OwnLoads::carry(const std::string& load_id) {
  const std::lock_guard lock(mutex_);
  carried_.insert(load_id);
}

void OwnLoads::put_down(const std::string& load_id) {
  const std::lock_guard lock(mutex_);
  carried_.erase(load_id);
  changed_.notify_all();
}

bool OwnLoads::is_carried(const std::string& load_id) const {
  const std::lock_guard lock(mutex_);
  return carried_.contains(load_id);
}

void OwnLoads::wait_until_put_down(const std::string& load_id) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !carried_.contains(load_id); });
}

}  // namespace weir::files

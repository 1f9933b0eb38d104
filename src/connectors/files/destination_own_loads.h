// SPDX-License-Identifier: Apache-2.0
// OwnLoads: what the loads of this process are at, so that they wait for each other where they must
// and nowhere else. Thread-safe. Used by the bucket's depot.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <string>

#include "connectors/files/destination_depot.h"

namespace weir::files {

class OwnLoads {
 public:
  /// False: a load of this name is under way.
  bool begin(const std::string& load_id);
  void end(const std::string& load_id);

  /// Waits until a turn of this kind is free. Who wants one alone is let in before others.
  void enter(TurnKind kind);
  void leave(TurnKind kind);

  /// From before the decision on, until the load has carried its publication out or given up.
  void carry(const std::string& load_id);
  void put_down(const std::string& load_id);
  bool is_carried(const std::string& load_id) const;
  void wait_until_put_down(const std::string& load_id);

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> under_way_;
  std::set<std::string> carried_;
  int shared_ = 0;   // turns that are taken
  int waiting_ = 0;  // for one alone
  bool is_alone_ = false;
};

}  // namespace weir::files

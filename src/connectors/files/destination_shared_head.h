// SPDX-License-Identifier: Apache-2.0
// SharedHead: the head as all loads of this process see and change it. What several threads want to
// change while a write is under way goes into the next write together, each with its own outcome.
// Thread-safe. Used by the bucket's depot.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "connectors/files/destination_head.h"

namespace weir::files {

class SharedHead {
 public:
  static constexpr const char* kName = "_weir/head.json";

  SharedHead(io::ObjectStore& store, std::string key) : store_(store), key_(std::move(key)) {}

  enum class Verdict {
    Change,     ///< the head is to be written as it is now
    Keep,       ///< nothing is to be changed, but this must be the head that is there
    Overtaken,  ///< nothing is to be changed, and the caller has to look again
  };
  /// Looks at the head, and changes it when the verdict is Change. Is asked again when somebody else
  /// was faster, on the thread of any caller, and must not call this object.
  using Change = std::function<Result<Verdict>(Head& next)>;
  /// After Change the head was written with the change in it, after Keep it was there since the call.
  /// After another error than the change's own it may have been written or not.
  Result<Verdict> apply(const Change& change);

  /// As it is there.
  Result<Head> look();
  /// As this process has seen it last, for who finds out later whether it still is.
  Result<Head> seen_last();

  /// A publication is carried out: it leaves the head with the next write.
  void forget(const std::string& load_id);
  /// Writes the head when there is something to forget, but not over a line that has just failed.
  Result<void> forget_now();

  /// How many calls wait for the write that is under way.
  std::size_t waiting() const;

 private:
  struct Entry {
    const Change& change;
    Result<Verdict> outcome = Verdict::Overtaken;
    bool is_done = false;
  };
  using Group = std::vector<Entry*>;
  struct Seen {
    Head head;
    std::string version;  ///< empty: there is none yet
  };

  /// By the one thread that writes for all.
  void settle(Group group);
  bool ask(Group& group, Head& next);
  void write(Group& group, Seen next, const std::set<std::string>& forgotten);
  Result<Seen> read();

  io::ObjectStore& store_;
  const std::string key_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  Group waiting_;
  bool is_writing_ = false;  // a thread, for a group
  std::optional<Seen> last_;
  bool is_certain_ = false;  // no write whose outcome is unknown came after last_
  std::set<std::string> carried_out_;
};

}  // namespace weir::files

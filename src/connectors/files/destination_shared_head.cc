// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/destination_shared_head.h"

#include <algorithm>
#include <utility>

namespace weir::files {
namespace {

// The head changes when a load of another process begins, publishes or ends; so many times in a row
// between a look and a write is somebody's mistake.
constexpr int kWrites = 100;

void drop(Head& head, const std::set<std::string>& load_ids) {
  std::erase_if(head.decided, [&](const DecidedRecord& each) { return load_ids.contains(each.load_id); });
}

}  // namespace

Result<SharedHead::Verdict> SharedHead::apply(const Change& change) {
  Entry entry{change};
  std::unique_lock lock(mutex_);
  waiting_.push_back(&entry);
  changed_.wait(lock, [&] { return entry.is_done || !is_writing_; });
  if (entry.is_done) return std::move(entry.outcome);
  is_writing_ = true;
  const auto group = std::exchange(waiting_, {});
  lock.unlock();
  settle(group);
  lock.lock();
  is_writing_ = false;
  for (auto* each : group) each->is_done = true;
  changed_.notify_all();
  return std::move(entry.outcome);
}

Result<Head> SharedHead::look() {
  Head seen;
  TRY(apply([&](const Head& head) -> Result<Verdict> {
    seen = head;
    return Verdict::Keep;
  }));
  return seen;
}

Result<Head> SharedHead::seen_last() {
  {
    const std::lock_guard lock(mutex_);
    if (last_) {
      auto head = last_->head;
      drop(head, carried_out_);
      return head;
    }
  }
  return look();
}

void SharedHead::forget(const std::string& load_id) {
  const std::lock_guard lock(mutex_);
  carried_out_.insert(load_id);
}

Result<void> SharedHead::forget_now() {
  {
    const std::lock_guard lock(mutex_);
    if (carried_out_.empty() || !is_certain_) return {};
  }
  TRY(apply([](const Head&) -> Result<Verdict> { return Verdict::Change; }));
  return {};
}

std::size_t SharedHead::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

// What is known of the head is good enough to begin with, because a write happens only when it is
// still there. Who has only looked wants to know that as well, so without a write it is read again.
void SharedHead::settle(Group group) {
  bool is_fresh = false;
  bool is_doubted = false;
  for (int attempt = 0; attempt < kWrites; ++attempt) {
    std::optional<Seen> seen;
    std::set<std::string> forgotten;
    {
      const std::lock_guard lock(mutex_);
      if (is_certain_ && !is_doubted) seen = last_;
      forgotten = carried_out_;
    }
    if (!seen) {
      auto found = read();
      if (!found.ok()) {
        for (auto* entry : group) entry->outcome = Failure(found.error());
        return;
      }
      seen = *std::move(found);
      is_fresh = true;
    }
    drop(seen->head, forgotten);
    ++seen->head.writes;
    const bool changes = ask(group, seen->head);
    if (changes) write(group, *std::move(seen), forgotten);
    if (group.empty() || (!changes && is_fresh)) return;
    is_doubted = true;
  }
  const Failure busy = fail(ErrorCode::Conflict, "{} changes all the time; run it again", store_.uri(key_));
  for (auto* entry : group) entry->outcome = busy;
}

/// Whether the head is to be written. Whoever need not wait for what becomes of it leaves the group.
bool SharedHead::ask(Group& group, Head& next) {
  bool changes = false;
  std::erase_if(group, [&](Entry* entry) {
    entry->outcome = entry->change(next);
    if (!entry->outcome.ok() || *entry->outcome == Verdict::Overtaken) return true;
    changes = changes || *entry->outcome == Verdict::Change;
    return false;
  });
  return changes;
}

/// Puts a new text where that of `next.version` is. Who knows what became of his change leaves the group.
void SharedHead::write(Group& group, Seen next, const std::set<std::string>& forgotten) {
  using Kind = io::Precondition::Kind;
  const io::Precondition condition{next.version.empty() ? Kind::Absent : Kind::Version, next.version};
  auto written =
      store_.put(key_, head_json(next.head), {.content_type = "application/json", .precondition = condition});
  if (written.ok()) {
    const std::lock_guard lock(mutex_);
    last_ = Seen{std::move(next.head), std::move(written->version)};
    for (const auto& load_id : forgotten) carried_out_.erase(load_id);
    group.clear();
    return;
  }
  if (written.error().code() == ErrorCode::Conflict) return;
  {
    const std::lock_guard lock(mutex_);
    is_certain_ = false;
  }
  std::erase_if(group, [&](Entry* entry) {
    if (entry->outcome.ok() && *entry->outcome == Verdict::Keep) return false;
    entry->outcome = Failure(written.error());
    return true;
  });
}

Result<SharedHead::Seen> SharedHead::read() {
  std::optional<Seen> known;
  {
    const std::lock_guard lock(mutex_);
    known = last_;
  }
  std::optional<Seen> seen;
  if (known && !known->version.empty()) {
    const auto now = store_.head(key_);
    if (now.ok() && now->version == known->version) seen = known;
  }
  if (!seen) {
    seen.emplace();
    if (auto found = TRY(read_object(store_, key_))) {
      seen->head = TRY(parse_head(found->text).within("reading " + store_.uri(key_)));
      seen->version = std::move(found->version);
    }
    if (known) seen->head.others = known->head.others;
    if (known && known->head.decided_at != seen->head.decided_at) ++seen->head.others;
  }
  const std::lock_guard lock(mutex_);
  last_ = seen;
  is_certain_ = true;
  return *std::move(seen);
}

}  // namespace weir::files

// SPDX-License-Identifier: Apache-2.0
// The head of a destination in a bucket: one small object, `_weir/head.json`, that is only ever
// replaced by who has seen it as it is. So every claim of a partition and every decision to publish
// comes before or after every other one, whichever processes they are of. Used by the bucket's depot.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/object_store.h"

namespace weir::files {

/// A load under way: nobody else publishes the partition, or writes these files, until another load
/// takes the claim away.
struct ClaimRecord {
  std::string pipeline, partition, load_id;
  /// What the load, and those that it took the claim from, may have written.
  std::vector<std::string> files;
};

struct Head {
  std::uint64_t writes = 0;  ///< so that no two heads are the same
  /// A publication that was decided and perhaps not carried out: its load and its journal.
  std::optional<std::string> decided_load;
  std::string journal;
  std::vector<ClaimRecord> claims;

  const ClaimRecord* claim_of(const std::string& load_id) const;
};

std::string head_json(const Head& head);
Result<Head> parse_head(std::string_view text);

/// The head as it was when it was read.
struct SeenHead {
  Head head;
  std::string version;  ///< empty: there is none yet
};

class HeadObject {
 public:
  static constexpr const char* kName = "_weir/head.json";

  HeadObject(io::ObjectStore& store, std::string key) : store_(store), key_(std::move(key)) {}

  /// Gets its text only when it is not the one that was seen last.
  Result<SeenHead> read() const;
  /// As this process has seen it last, for who has just had it read; replace() finds out whether it still is.
  Result<SeenHead> seen_last() const;
  /// Replaces what was seen, and then has seen it. Conflict when it is not there any more.
  Result<void> replace(SeenHead& seen, Head next) const;

 private:
  SeenHead last() const;
  void remember(const SeenHead& seen) const;

  io::ObjectStore& store_;
  std::string key_;
  mutable std::mutex mutex_;  // guards last_
  mutable SeenHead last_;     ///< as this process has read or written it
};

/// The text of a small object, and the version that it has. Nothing when there is none.
struct ObjectText {
  std::string text;
  std::string version;
};
Result<std::optional<ObjectText>> read_object(io::ObjectStore& store, const std::string& key);

}  // namespace weir::files

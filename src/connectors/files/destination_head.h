// SPDX-License-Identifier: Apache-2.0
// The head of a destination in a bucket: what the small object `_weir/head.json` holds. It is only
// ever replaced by who has seen it as it is, so every claim of a partition and every decision to
// publish comes before or after every other one, whichever processes they are of. Values; used by
// the bucket's depot.
#pragma once

#include <cstdint>
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

  bool is_of(const std::string& of_pipeline, const std::string& of_partition) const {
    return pipeline == of_pipeline && partition == of_partition;
  }
  bool names_any(const std::vector<std::string>& names) const;
};

/// A publication that was decided and perhaps not carried out.
struct DecidedRecord {
  std::string load_id, pipeline, partition;
  std::string journal;
};

struct Head {
  std::uint64_t writes = 0;  ///< so that no two heads are the same
  /// `writes` as it was when something was decided last, and something that concerns whole tables.
  std::uint64_t decided_at = 0;
  std::uint64_t tables_at = 0;
  /// How often somebody else has decided since this process looks; only in memory.
  std::uint64_t others = 0;
  std::vector<DecidedRecord> decided;
  std::vector<ClaimRecord> claims;

  const ClaimRecord* claim_of(const std::string& load_id) const;
  bool has_decided(const std::string& load_id) const;
  bool has_decided(const std::string& pipeline, const std::string& partition) const;
  /// A publication that concerns whole tables is not carried out: whatever is planned has to wait.
  bool holds_all_up() const { return !decided.empty() && decided_at == tables_at; }
};

std::string head_json(const Head& head);
/// Heads of earlier versions hold one publication at most.
Result<Head> parse_head(std::string_view text);

/// The text of a small object, and the version that it has. Nothing when there is none.
struct ObjectText {
  std::string text;
  std::string version;
};
Result<std::optional<ObjectText>> read_object(io::ObjectStore& store, const std::string& key);

}  // namespace weir::files

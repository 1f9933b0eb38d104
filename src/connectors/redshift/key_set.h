// SPDX-License-Identifier: Apache-2.0
// KeySet: which keys a merge has seen, by their hashes of 128 bits. Used by RowEncoder. Belongs to one
// thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace weir::redshift {

class KeySet {
 public:
  /// Whether the key is new.
  bool insert(std::string_view key);

 private:
  using Hash = std::pair<std::uint64_t, std::uint64_t>;
  struct Fold {
    std::size_t operator()(const Hash& hash) const { return static_cast<std::size_t>(hash.first); }
  };
  std::unordered_set<Hash, Fold> hashes_;
};

}  // namespace weir::redshift

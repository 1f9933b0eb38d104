// SPDX-License-Identifier: Apache-2.0
// Which columns are filled from which keys, as a tree, so that one pass over an object fills all.
// Used by the JSON lines decoder. One thread at a time: it remembers the order of keys.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/schema.h"

namespace weir::formats {

struct KeyNode {
  std::string path;                        ///< "httpRequest.remoteIp", for messages
  std::vector<std::size_t> columns;        ///< filled with the value itself
  std::vector<std::size_t> columns_below;  ///< filled from inside the value
  std::map<std::string, std::unique_ptr<KeyNode>, std::less<>> children;

  /// Keys in the order in which they were met, with the child or null for unknown ones. Objects of
  /// a stream mostly have the same keys in the same order, so the next key is guessed.
  struct Known {
    std::string key;
    KeyNode* child = nullptr;
    std::uint64_t count = 0;
  };
  std::deque<Known> order;
  std::unordered_map<std::string_view, std::size_t> places;  ///< into `order`, by its strings
};

class KeyTree {
 public:
  KeyTree(const model::Schema& schema, const std::vector<std::vector<std::string>>& paths);

  KeyNode& root() { return root_; }
  /// The child for a key, null when no column asks for it. `guess` starts at 0 for each object.
  KeyNode* find(KeyNode& node, std::string_view key, std::size_t& guess);
  /// Adds the counts of unknown keys, by path, to `unknown` and forgets them.
  void report(std::map<std::string, std::uint64_t>& unknown);

 private:
  KeyNode* look_up(KeyNode& node, std::string_view key, std::size_t& guess);
  void report(KeyNode& node, std::map<std::string, std::uint64_t>& unknown);

  KeyNode root_;
  std::uint64_t other_unknown_ = 0;
};

}  // namespace weir::formats

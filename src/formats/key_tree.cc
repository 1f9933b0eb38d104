// SPDX-License-Identifier: Apache-2.0
#include "formats/key_tree.h"

namespace weir::formats {
namespace {
// Objects used as maps have endless keys; only so many of a node are remembered one by one.
constexpr std::size_t kRememberedKeys = 512;
}  // namespace

KeyTree::KeyTree(const model::Schema& schema, const std::vector<std::vector<std::string>>& paths) {
  for (std::size_t column = 0; column < schema.size(); ++column) {
    KeyNode* node = &root_;
    for (const auto& key : paths[column]) {
      node->columns_below.push_back(column);
      auto& child = node->children[key];
      if (!child) {
        child = std::make_unique<KeyNode>();
        child->path = node->path.empty() ? key : node->path + "." + key;
      }
      node = child.get();
    }
    node->columns.push_back(column);
  }
}

KeyNode* KeyTree::find(KeyNode& node, std::string_view key, std::size_t& guess) {
  for (auto place = guess; place < guess + 2 && place < node.order.size(); ++place) {
    auto& known = node.order[place];
    if (known.key != key) continue;
    guess = place + 1;
    if (known.child == nullptr) ++known.count;
    return known.child;
  }
  return look_up(node, key, guess);
}

KeyNode* KeyTree::look_up(KeyNode& node, std::string_view key, std::size_t& guess) {
  if (const auto place = node.places.find(key); place != node.places.end()) {
    guess = place->second + 1;
    auto& known = node.order[place->second];
    if (known.child == nullptr) ++known.count;
    return known.child;
  }
  const auto child = node.children.find(key);
  KeyNode* const found = child == node.children.end() ? nullptr : child->second.get();
  if (found == nullptr && node.order.size() >= kRememberedKeys) {
    ++other_unknown_;
    return nullptr;
  }
  node.order.push_back({std::string(key), found, found == nullptr ? 1U : 0U});
  guess = node.order.size();
  node.places.emplace(node.order.back().key, guess - 1);
  return found;
}

void KeyTree::report(std::map<std::string, std::uint64_t>& unknown) {
  report(root_, unknown);
  if (other_unknown_ > 0) unknown["(more than can be listed)"] += other_unknown_;
  other_unknown_ = 0;
}

void KeyTree::report(KeyNode& node, std::map<std::string, std::uint64_t>& unknown) {
  for (auto& known : node.order) {
    if (known.child != nullptr) {
      report(*known.child, unknown);
    } else if (known.count > 0 && node.columns.empty()) {
      // A key inside a value that is kept as a whole is not lost, so it is no news.
      unknown[node.path.empty() ? known.key : node.path + "." + known.key] += known.count;
      known.count = 0;
    }
  }
}

}  // namespace weir::formats

// SPDX-License-Identifier: Apache-2.0
// KnownFiles: what this process knows of the ledger's files in a bucket. They change only when a
// publication is carried out, and that of somebody else shows in the head; so what is known holds as
// long as nobody else has decided one. Thread-safe. Used by the bucket's depot.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "connectors/files/destination_head.h"

namespace weir::files {

class KnownFiles {
 public:
  /// Nothing: there is no such file.
  using Text = std::optional<ObjectText>;

  /// What is known of a file while Head::others is this; nothing when it has to be asked for.
  std::optional<Text> find(const std::string& name, std::uint64_t others) const;
  /// As it was when it was seen last, to be compared with what is there.
  Text seen_last(const std::string& name) const;

  /// Before a file, or all below a folder, is read. What is then learned is forgotten if it was
  /// written to meanwhile.
  std::uint64_t begin_reading(const std::string& name);
  void learn(std::uint64_t reading, const std::string& name, std::uint64_t others, Text text);
  /// All files below a folder that there are.
  void learn_names(std::uint64_t reading, const std::string& folder, std::uint64_t others,
                   std::set<std::string> names);
  /// It was not read, or others may be writing it.
  void end_reading(std::uint64_t reading);

  /// From a decision on that changes these files, until it is carried out.
  void distrust(const std::vector<std::string>& names);
  void trust(const std::vector<std::string>& names);

 private:
  struct Known {
    Text text;
    std::uint64_t others = 0;
  };
  struct Listed {
    std::set<std::string> names;
    std::uint64_t others = 0;
  };
  bool end(std::uint64_t reading);
  void spoil(const std::string& name);

  mutable std::mutex mutex_;
  std::map<std::string, Known> files_;
  std::map<std::string, Listed> folders_;
  std::set<std::string> distrusted_;
  std::map<std::uint64_t, std::string> readings_;  // that nobody has written into
  std::uint64_t next_reading_ = 0;
};

}  // namespace weir::files

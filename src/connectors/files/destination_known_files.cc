// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/destination_known_files.h"

#include <utility>

namespace weir::files {
namespace {

bool lies_below(const std::string& name, const std::string& folder) { return name.starts_with(folder + "/"); }

}  // namespace

std::optional<KnownFiles::Text> KnownFiles::find(const std::string& name, std::uint64_t others) const {
  const std::lock_guard lock(mutex_);
  if (const auto known = files_.find(name); known != files_.end() && known->second.others == others)
    return known->second.text;
  if (distrusted_.contains(name)) return std::nullopt;
  for (const auto& [folder, listed] : folders_) {
    if (listed.others == others && lies_below(name, folder) && !listed.names.contains(name)) return Text();
  }
  return std::nullopt;
}

KnownFiles::Text KnownFiles::seen_last(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto known = files_.find(name);
  return known == files_.end() ? Text() : known->second.text;
}

std::uint64_t KnownFiles::begin_reading(const std::string& name) {
  const std::lock_guard lock(mutex_);
  readings_.emplace(++next_reading_, name);
  return next_reading_;
}

void KnownFiles::learn(std::uint64_t reading, const std::string& name, std::uint64_t others, Text text) {
  const std::lock_guard lock(mutex_);
  if (end(reading)) files_.insert_or_assign(name, Known{std::move(text), others});
}

void KnownFiles::learn_names(std::uint64_t reading, const std::string& folder, std::uint64_t others,
                             std::set<std::string> names) {
  const std::lock_guard lock(mutex_);
  if (!end(reading)) return;
  names.insert(distrusted_.begin(), distrusted_.end());
  folders_.insert_or_assign(folder, Listed{std::move(names), others});
}

void KnownFiles::end_reading(std::uint64_t reading) {
  const std::lock_guard lock(mutex_);
  end(reading);
}

bool KnownFiles::end(std::uint64_t reading) {
  const auto found = readings_.find(reading);
  if (found == readings_.end()) return false;
  const bool is_clean = !distrusted_.contains(found->second);
  readings_.erase(found);
  return is_clean;
}

void KnownFiles::distrust(const std::vector<std::string>& names) {
  const std::lock_guard lock(mutex_);
  for (const auto& name : names) {
    files_.erase(name);
    distrusted_.insert(name);
    for (auto& [folder, listed] : folders_) {
      if (lies_below(name, folder)) listed.names.insert(name);
    }
    spoil(name);
  }
}

void KnownFiles::trust(const std::vector<std::string>& names) {
  const std::lock_guard lock(mutex_);
  for (const auto& name : names) {
    distrusted_.erase(name);
    spoil(name);
  }
}

/// Whoever reads it now may see it as it was.
void KnownFiles::spoil(const std::string& name) {
  std::erase_if(readings_, [&](const auto& reading) {
    return reading.second == name || lies_below(name, reading.second);
  });
}

}  // namespace weir::files

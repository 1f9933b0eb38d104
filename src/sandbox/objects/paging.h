// SPDX-License-Identifier: Apache-2.0
// What a listing shows of names in their order: those with a prefix, folded at a delimiter, a page at a
// time. Used by gcs/ and s3/. Belongs to one thread.
#pragma once

#include <string>
#include <vector>

namespace weir::sandbox::objects {

class Paging {
 public:
  struct Filter {
    std::string prefix;
    std::string delimiter{};
    std::string end{};  ///< the first name that is too far; empty: none
  };
  enum class Verdict {
    Show,
    Fold,  ///< it is shown by a common prefix
    Stop,  ///< neither it nor what follows is on this page
  };

  Paging(Filter filter, std::size_t most) : filter_(std::move(filter)), most_(most) {}

  Verdict judge(const std::string& name) {
    if (name.rfind(filter_.prefix, 0) != 0 || (!filter_.end.empty() && name >= filter_.end)) {
      return Verdict::Stop;
    }
    const std::string common = common_prefix(name);
    if (!common.empty() && !prefixes_.empty() && prefixes_.back() == common) return Verdict::Fold;
    if (shown_ + prefixes_.size() == most_) {
      next_ = name;
      return Verdict::Stop;
    }
    if (common.empty()) {
      ++shown_;
      return Verdict::Show;
    }
    prefixes_.push_back(common);
    return Verdict::Fold;
  }

  const std::vector<std::string>& prefixes() const { return prefixes_; }
  /// The first name of the next page; empty when there is none.
  const std::string& next() const { return next_; }

 private:
  /// "a/" of "a/b.csv": the name up to the delimiter, when there is one behind the prefix.
  std::string common_prefix(const std::string& name) const {
    if (filter_.delimiter.empty()) return {};
    const std::size_t at = name.find(filter_.delimiter, filter_.prefix.size());
    return at == std::string::npos ? std::string() : name.substr(0, at + filter_.delimiter.size());
  }

  Filter filter_;
  std::size_t most_;
  std::size_t shown_ = 0;
  std::vector<std::string> prefixes_;
  std::string next_;
};

}  // namespace weir::sandbox::objects

// SPDX-License-Identifier: Apache-2.0
// Copies inside the storage: a large object takes several calls, tied together by a token. Used by
// GcsService. Thread-safe.
#pragma once

#include <map>
#include <mutex>

#include "sandbox/gcs/store.h"

namespace weir::sandbox::gcs {

class Rewrites {
 public:
  /// `step`: how many bytes one call copies.
  Rewrites(Store& store, std::uint64_t step) : store_(store), step_(step) {}

  /// The answer to POST …/rewriteTo/….
  Json rewrite(const ObjectName& from, const ObjectName& to, const Json& metadata, const Parameters& query);
  /// The answer to POST …/copyTo/….
  Json copy(const ObjectName& from, const ObjectName& to, const Json& metadata, const Parameters& query);
  /// The answer to POST …/compose: several objects of a bucket become one.
  Json compose(const ObjectName& to, const Json& request, const Parameters& query);

 private:
  struct Pending {
    ObjectName from;
    ObjectName to;
    std::uint64_t generation = 0;
    std::uint64_t done = 0;
  };

  Object source(const ObjectName& from, const Parameters& query) const;

  Store& store_;
  std::uint64_t step_;
  std::mutex mutex_;  // guards what follows
  std::map<std::string, Pending> pending_;
  std::uint64_t tokens_ = 0;
};

}  // namespace weir::sandbox::gcs

// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/key_set.h"

#include <xxhash.h>

namespace weir::redshift {

bool KeySet::insert(std::string_view key) {
  const auto hash = XXH3_128bits(key.data(), key.size());
  return hashes_.insert({hash.low64, hash.high64}).second;
}

}  // namespace weir::redshift

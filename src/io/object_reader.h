// SPDX-License-Identifier: Apache-2.0
// ObjectReader: one object from front to end, fetched ahead in ranges by threads of its own. Used by
// every source that reads objects. A reader belongs to one thread; the store must outlive it.
#pragma once

#include <memory>

#include "io/object_store.h"

namespace weir::io {

/// At most `ranges` times `range_bytes` of an object are in memory, beside the range that is read now.
struct ReadAhead {
  std::uint64_t range_bytes = 8U << 20;
  std::size_t ranges = 3;  ///< in flight or waiting to be read; 1: nothing is fetched ahead
};

class ObjectReader {
 public:
  /// Reads the object as `object` says it is, from `offset` on: an object that has another version
  /// by now is a Conflict, whatever was read before. Nothing is fetched before the first read().
  static Result<std::unique_ptr<ObjectReader>> open(ObjectStore& store, ObjectInfo object,
                                                    ReadAhead ahead = {}, std::uint64_t offset = 0);
  virtual ~ObjectReader() = default;
  /// Fills `buffer` with up to `capacity` bytes and says how many; 0 is the end. A range whose
  /// transfer breaks off is asked for again in smaller pieces, so that a bad line makes progress.
  /// An error stays: every later read gives it again.
  virtual Result<std::size_t> read(char* buffer, std::size_t capacity) = 0;
};

}  // namespace weir::io

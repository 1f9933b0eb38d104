// SPDX-License-Identifier: Apache-2.0
// Objects as partitions: which there are, which were marked, and where they go after their run. The
// names of good and bad objects are the marks. Used by source.cc only; usable from several threads.
//
// A mark counts while it is not older than the object: one that was put anew under its name is a new
// version. Filing away copies first, looks at the copy, and only then removes what is to be moved, so
// that a crash leaves the object in one place more and never in none; the next call goes on from
// there.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/files/source_options.h"
#include "connectors/files/source_place.h"

namespace weir::files {

/// Whether a name is below the path and has what `match` looks for.
class ObjectFilter {
 public:
  explicit ObjectFilter(const FilesSourceOptions& options) : options_(options) {}
  /// Every file that the paths and `match` name and that is none of the marks, by name.
  Result<std::vector<PlacedFile>> files(Place& place, const std::vector<std::string>& paths) const;

 private:
  const FilesSourceOptions& options_;
};

/// The objects with their marks, the least recently modified first, then by key.
Result<std::vector<sdk::Offer>> find_offers(const FilesSourceOptions& options, Place& place);

/// Where an object lies: under its key or, when it was moved, where bad or good ones go. Nothing when
/// it is nowhere.
Result<std::optional<PlacedFile>> locate_object(const AfterOptions& after, Place& place,
                                                const model::Partition& partition);

/// Files an object away; says what it did.
Result<std::vector<std::string>> settle_object(const AfterOptions& after, Place& place,
                                               const model::Partition& partition,
                                               const sdk::Settlement& settlement);

}  // namespace weir::files

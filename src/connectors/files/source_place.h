// SPDX-License-Identifier: Apache-2.0
// Place: where the files of a source lie, a folder of this machine or a bucket. Everything above sees
// names: paths below the folder, or keys. Used by the source only; usable from several threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "connectors/sdk/source.h"
#include "formats/byte_source.h"
#include "formats/content_hash.h"
#include "io/object_store.h"

namespace weir::files {

struct PlacedFile {
  sdk::InputStamp stamp;
  Timestamp modified;
};

/// The stored bytes of one file. At the end it fails with Conflict when the file is not the listed
/// one any more.
class StoredInput : public formats::ByteSource {
 public:
  virtual std::uint64_t bytes_read() const = 0;
};

/// A file that programs can open by a path, gone with this object when it was made for it.
class FetchedFile {
 public:
  virtual ~FetchedFile() = default;
  virtual std::string path() const = 0;
};

class Place {
 public:
  virtual ~Place() = default;
  /// "/data", "s3://bucket/": for messages.
  virtual std::string name() const = 0;
  /// Whether files can be looked for where the path, which may hold wildcards, begins.
  virtual Result<void> check(const std::string& path) = 0;
  /// The names that a path with wildcards stands for, sorted. A name that holds wildcard characters
  /// itself is taken literally when there is such a file. A folder that may not be listed is an error.
  virtual Result<std::vector<std::string>> names(const std::string& path) = 0;
  /// The same with stamps.
  virtual Result<std::vector<PlacedFile>> matching(const std::string& path) = 0;
  /// Every file whose name starts with the prefix, however deep, sorted by name.
  virtual Result<std::vector<PlacedFile>> below(const std::string& prefix) = 0;
  /// Nothing when there is no such file; other troubles never pass for that.
  virtual Result<std::optional<PlacedFile>> find(const std::string& name) = 0;
  /// Opens exactly this file; another one under its name is a Conflict. `hash` may be null; it takes
  /// every byte that is read and outlives the input.
  virtual Result<std::unique_ptr<StoredInput>> open(const sdk::InputStamp& stamp,
                                                    formats::ContentHash* hash) = 0;
  /// The same for a reader that must seek: the bytes are on this machine, and read and hashed already.
  virtual Result<std::unique_ptr<FetchedFile>> fetch(const sdk::InputStamp& stamp,
                                                     formats::ContentHash& hash) = 0;

  /// Copies a file, whole or not at all, over what is at `to`.
  virtual Result<void> copy(const std::string& from, const std::string& to) = 0;
  /// A file that is not there counts as removed.
  virtual Result<void> remove(const std::string& name) = 0;
  virtual Result<void> write(const std::string& name, const std::string& text) = 0;
};

/// Names are relative to the folder; absolute ones stay as they are.
std::shared_ptr<Place> make_local_place(const std::string& folder);
/// Names are keys.
std::shared_ptr<Place> make_bucket_place(std::unique_ptr<io::ObjectStore> store);

}  // namespace weir::files

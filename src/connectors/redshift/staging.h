// SPDX-License-Identifier: Apache-2.0
// Staging: the objects of one load on S3. Takes finished parts, compresses and uploads them on
// threads of its own, writes manifests and removes what is not to stay. Used by RedshiftLoad; one
// thread, beside its own.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/write_buffer.h"
#include "connectors/redshift/options.h"
#include "io/object_store.h"

namespace weir::redshift {

/// A staged object.
struct Part {
  std::string key;
  std::string null_text;        ///< the word for NULL in it
  std::uint64_t first_row = 0;  ///< its number among the rows of its table
  std::uint64_t rows = 0;
  std::uint64_t size = 0;  ///< bytes as stored, once it is uploaded
  /// Rows that were taken out again, by their numbers in the part as it was first, in order.
  std::vector<std::uint64_t> cut{};
};

class Staging {
 public:
  Staging(io::ObjectStore& store, StagedCompression compression, std::size_t threads);
  ~Staging();
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  /// Takes a part to be uploaded; waits while too many do. `part` stays where it is until finish().
  Result<void> add(Part& part, WriteBuffer bytes);
  /// Gives a part that is there other rows.
  Result<void> replace(Part& part, std::string_view text);
  /// Waits until all parts are there, or after a failure until none is under way.
  Result<void> finish();
  /// A buffer for the next part, used before if there is one.
  WriteBuffer buffer();
  /// Writes a manifest that names exactly these parts.
  Result<void> write_manifest(const std::string& key, const std::vector<const Part*>& parts);
  /// Removes objects, as well as possible.
  void remove(const std::vector<std::string>& keys);
  io::ObjectStore& store() { return store_; }

 private:
  struct Job {
    Part* part = nullptr;
    WriteBuffer bytes;
  };
  void work();
  Result<std::uint64_t> upload(const std::string& key, std::string_view bytes);

  io::ObjectStore& store_;
  const StagedCompression compression_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> waiting_;
  std::vector<WriteBuffer> buffers_;
  std::size_t busy_ = 0;
  enum class State { Open, Closed } state_ = State::Open;
  std::optional<Error> error_;
  std::vector<std::thread> threads_;
};

/// Text as one segment of a key, so that different texts stay different and COPY reads it as it is.
std::string key_segment(std::string_view text);
/// The key of a table's part, from 1: "a/b.txt", "a/b.2.txt".
std::string part_key(const std::string& base, std::size_t number);

}  // namespace weir::redshift

// SPDX-License-Identifier: Apache-2.0
// What a source is: it opens one partition and hands out blocks, which any worker can decode.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/batch.h"
#include "model/partition.h"
#include "model/schema.h"

namespace weir::sdk {

/// A row that could not be read, or that a later step refused.
struct Reject {
  std::string input;         ///< file or object
  std::uint64_t line = 0;    ///< first physical line, from 1; 0 when the format has no lines
  std::uint64_t offset = 0;  ///< first byte in the (inflated) input
  std::string reason;        ///< "timestamp: 'yesterday at noon' is not a timestamp"
  std::string bytes;         ///< the original row, without its line end
  /// The bytes are not a whole row of the input: only its beginning, or made by an sql transform.
  /// Such a row cannot be replayed.
  bool partial = false;
  std::size_t stream = 0;  ///< the number of the stream that it belongs to
};

/// A piece of an input that is decoded on its own. Used by one thread at a time.
class Block {
 public:
  virtual ~Block() = default;
  /// Which of the extraction's streams the rows belong to.
  virtual std::size_t stream() const { return 0; }
  /// Appends this block's rows to an empty batch of the extraction's schema, unreadable ones to
  /// `rejects`. The batch may point into this block, which must outlive it.
  virtual Result<void> decode(model::Batch& rows, std::vector<Reject>& rejects) const = 0;
  /// The reject for a decoded row that a later step refused.
  virtual Reject reject(const model::RowOrigin& origin, std::string reason) const = 0;
};

/// What an input was when it was opened. Together they say whether a partition must run again.
struct InputStamp {
  std::string name;  ///< path or URI
  std::uint64_t size = 0;
  std::string version;  ///< modification time, ETag or generation
};

/// One partition's input being read, as one or more streams of rows: one for each table of the
/// pipeline, in the order of its tables. Used by one thread at a time; blocks come in order, those of
/// different streams perhaps mixed.
class Extraction {
 public:
  virtual ~Extraction() = default;
  virtual const model::Schema& schema(std::size_t stream) const = 0;
  /// The next block; null at the end. Fails when the input was changed, cut short or is corrupt.
  virtual Result<std::unique_ptr<Block>> next() = 0;
  /// Bytes of input taken so far and in all (as stored, so compressed when they are).
  virtual std::uint64_t bytes_read() const = 0;
  virtual std::uint64_t bytes_total() const = 0;
  /// Hash of all bytes as stored; complete after next() gave null.
  virtual std::string content_hash() const = 0;
  /// What a person should know although nothing failed: "3 rows have the unknown field 'x'".
  virtual std::vector<std::string> warnings() const { return {}; }
};

/// A partition that the source itself offers, such as an object of a bucket.
struct Offer {
  model::Partition partition;  ///< without window; the key is the object's
  InputStamp input;            ///< what inputs() would say of it
  Timestamp modified;
  /// What settle() has left at the source for this very version of it.
  enum class Mark {
    NotKept,  ///< the source is not configured to file anything away
    None,     ///< not filed away yet
    Good,
    Bad,
  } mark = Mark::NotKept;
  /// Half: it is marked, but also still where it is to be moved from; settle() goes on with it.
  enum class Filing { Done, Half } filing = Filing::Done;
};

/// How the run of an offered partition ended, for the source to file its input away.
struct Settlement {
  enum class Outcome {
    Loaded,      ///< its rows are in the destination, now or since an earlier run
    Bad,         ///< its content cannot be loaded; trying again would not help
    Superseded,  ///< it is older than what is loaded and will never be
  } outcome = Outcome::Loaded;
  std::string report_json;  ///< what happened, for machines; kept beside what is bad
  /// What was read, when that is known: an input that was replaced since then is left where it is.
  std::vector<InputStamp> inputs{};
};

/// A configured source of one pipeline. Stateless between calls; usable from several threads.
class Source {
 public:
  virtual ~Source() = default;
  /// Whether the configuration can work: connection, permissions, at least a readable place.
  virtual Result<void> check() = 0;
  /// The inputs of a partition, cheap enough to ask before every run. Empty: no input is there.
  virtual Result<std::vector<InputStamp>> inputs(const model::Partition& partition) = 0;
  /// Opens exactly these inputs.
  virtual Result<std::unique_ptr<Extraction>> open(const model::Partition& partition,
                                                   const std::vector<InputStamp>& inputs) = 0;
  /// Opens rows that were set aside, by their bytes; their origins are those of the rejects.
  virtual Result<std::unique_ptr<Extraction>> replay(const model::Partition& partition,
                                                     const std::vector<Reject>& rows) = 0;
  /// Whether inputs differ by partition (a path with placeholders), or every partition reads all of
  /// them and keeps the rows of its window.
  virtual bool partitions_inputs() const = 0;
  /// Whether a reading that was cut short because the server was lost (Unavailable) or its tables were
  /// changed (Conflict) is worth beginning anew at once. Not of a source that tries again by itself.
  virtual bool starts_afresh() const { return false; }
  /// How long rows stay there before the source removes them; nothing when for ever, or unknown.
  virtual std::optional<std::chrono::days> retention() const { return std::nullopt; }
  /// The first instant for which an input may exist, found by looking; nothing when unknown.
  virtual Result<std::optional<Timestamp>> earliest() { return std::optional<Timestamp>(); }
  /// The partitions of a pipeline with `every: object`, in the order in which they are to be loaded:
  /// oldest first. Unsupported for a source that has none.
  virtual Result<std::vector<Offer>> offers();
  /// Called when a run of an offered partition has ended, and again whenever it is found ended:
  /// files the input away as configured. Doing it twice changes nothing. Returns what it did, for
  /// the run's events.
  virtual Result<std::vector<std::string>> settle(const model::Partition&, const Settlement&) {
    return std::vector<std::string>();
  }
};

}  // namespace weir::sdk

// SPDX-License-Identifier: Apache-2.0
// Rows that could not be loaded, with their original bytes: one file of JSON lines a partition,
// `.weir/quarantine/<pipeline>/<partition>.jsonl`. Execution writes it, the quarantine commands read
// it. Memory stays bounded by one row. One writer a partition (its lock is held); each object
// belongs to one thread at a time.
//
// The rows belong to a load: prepare() makes them durable beside the old ones before the load is
// published, commit() puts them in place afterwards. After a crash in between, settle_quarantine()
// finishes or undoes it, by what the destination says.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace weir::state {

/// Which quarantine file is meant. `folder` is `.weir`.
struct QuarantinePlace {
  std::string folder;
  std::string pipeline;
  std::string partition;
};

/// A row that is set aside. The bytes come back exactly as they went in, whatever they are.
struct QuarantinedRow {
  std::string input;
  std::uint64_t line = 0;    ///< from 1; 0 when the input has no lines
  std::uint64_t offset = 0;  ///< first byte in the inflated input
  std::string reason;
  std::string bytes;
  bool partial = false;  ///< the bytes are not a whole row of the input, so it cannot be replayed
  std::string run_id;
  Timestamp time;
  std::string table{};  ///< for which it was meant, in a pipeline with several
  /// The key of its partition, when the file's name is too short to tell; set by whoever reads.
  std::string partition{};

  bool operator==(const QuarantinedRow&) const = default;
};

/// Stages the rejected rows of one run and replaces the partition's file with them.
class QuarantineWriter {
 public:
  /// Touches no file yet. Dropping the writer without commit() leaves the old file as it was.
  explicit QuarantineWriter(QuarantinePlace place) : place_(std::move(place)) {}
  QuarantineWriter(QuarantineWriter&& other) noexcept;
  QuarantineWriter& operator=(QuarantineWriter&&) = delete;
  ~QuarantineWriter();

  /// Fails with Exhausted when the disk is full; the writer is then of no more use.
  Result<void> add(const QuarantinedRow& row);
  /// Makes the rows durable, to be the partition's when the load is published.
  Result<void> prepare(const std::string& load_id);
  /// Puts the prepared rows in place of the old ones; without rows the partition's file goes away.
  Result<void> commit();
  std::uint64_t rows() const { return rows_; }

 private:
  Result<void> flush();

  QuarantinePlace place_;
  std::string buffer_;
  std::string temporary_;
  int file_ = -1;
  std::uint64_t rows_ = 0;
  bool broken_ = false;
};

/// Reads a partition's quarantine row by row.
class QuarantineReader {
 public:
  /// A partition without a quarantine reads as one without rows.
  static Result<QuarantineReader> open(const QuarantinePlace& place);
  QuarantineReader(QuarantineReader&& other) noexcept;
  QuarantineReader& operator=(QuarantineReader&&) = delete;
  ~QuarantineReader();

  /// The next row; nothing at the end. DataMismatch names a line that is no quarantine row.
  Result<std::optional<QuarantinedRow>> next();

 private:
  QuarantineReader(std::string path, int file) : path_(std::move(path)), file_(file) {}
  /// The next line without its end; valid until the next call.
  Result<std::optional<std::string_view>> next_line();

  std::string path_;
  int file_;
  std::string buffer_;
  std::size_t start_ = 0;
  std::uint64_t line_ = 0;
};

/// What is in one partition's quarantine.
struct QuarantineSummary {
  std::string pipeline;
  std::string partition;
  std::uint64_t rows = 0;
  std::string first_reason;
  /// Rows by reason, where values in quotes are left out: "timestamp: '…' is not a timestamp". From
  /// the 100th kind on they share the entry "other reasons".
  std::map<std::string, std::uint64_t> reasons;
};

/// All partitions with rows in quarantine, by pipeline and partition; empty pipeline: of all.
Result<std::vector<QuarantineSummary>> list_quarantine(const std::string& folder,
                                                       const std::string& pipeline);

/// Finishes what a killed run left prepared when `load_id` is the published load, else undoes it.
/// The caller holds the partition's lock.
Result<void> settle_quarantine(const QuarantinePlace& place, const std::string& load_id);

}  // namespace weir::state

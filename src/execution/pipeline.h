// SPDX-License-Identifier: Apache-2.0
// A pipeline that is ready to run: its parts made, its rules read. Built by app from the project's
// files, carried out by Runner. Read-only while it runs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/sdk/destination.h"
#include "connectors/sdk/source.h"
#include "model/calendar.h"
#include "model/cursor.h"
#include "model/load.h"
#include "model/partition.h"
#include "transforms/transform.h"

namespace weir::execution {

/// How many rows may go to quarantine before a run fails: whichever is reached first.
struct BadRowLimit {
  std::optional<std::uint64_t> rows;
  std::optional<double> percent;  ///< of the rows read, judged when all are

  /// Whether so many bad rows are too many. `finished`: all rows were read.
  enum class Moment { Underway, Finished };
  bool exceeded(std::uint64_t bad, std::uint64_t read, Moment moment) const;
  std::string to_string() const;
};

struct Target {
  std::string table;
  model::WriteMode write = model::WriteMode::Append;
  std::vector<std::string> key;
};

/// One table of a pipeline: what happens to the rows of the source's stream of the same number, and
/// where they go.
struct Table {
  Target target;
  std::vector<transforms::Transform> transforms;
  std::vector<transforms::Check> checks;
};

struct PartitionRule {
  model::Every every = model::Every::None;
  /// Of objects: load all of them, or only the newest, which replaces what older ones gave.
  enum class Take { All, Newest } take = Take::All;
  std::optional<Timestamp> from;          ///< the first partition, when configured
  std::string column;                     ///< event time; empty: partitions are those of the inputs
  model::CursorRule cursor{};             ///< of Every::Cursor
  std::optional<model::TimeZone> zone{};  ///< in which days begin and end; nothing: UTC
  std::optional<std::size_t> limit{};     ///< of objects: how many one run loads at most

  model::Calendar calendar() const { return model::Calendar(every, zone); }
};

struct Pipeline {
  std::string name;
  std::string description;
  PartitionRule partitions;
  std::unique_ptr<sdk::Source> source;
  std::unique_ptr<sdk::Destination> destination;
  std::string source_name;       ///< of the connection
  std::string destination_name;  ///< of the connection
  std::vector<Table> tables;     ///< at least one
  BadRowLimit max_bad_rows;      ///< of each table
  /// Hash of everything in the pipeline's file that can change its rows.
  std::string definition;
  std::uint64_t memory_bytes = 512ULL << 20;

  /// "requests", or "user_group, cms_group and 2 more".
  std::string table_names() const;
  /// The number of a table by its name, which is that of its stream.
  std::optional<std::size_t> find_table(const std::string& table) const;
};

}  // namespace weir::execution

// SPDX-License-Identifier: Apache-2.0
#include "connectors/sql/table_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/sql/extraction.h"

namespace weir::sql {
namespace {

/// A partition with a value for every placeholder, to see whether a query can work.
model::Partition some_day() { return model::partition_of(model::Every::Day, Timestamp{946'684'800'000'000}); }

}  // namespace

TableSource::TableSource(std::vector<StreamOptions> options, const io::Clock& clock)
    : options_(std::move(options)),
      is_partitioned_(std::any_of(options_.begin(), options_.end(), is_partitioned)),
      clock_(clock) {}

Result<void> TableSource::check() {
  const auto session = TRY(connect());
  TRY(describe(*session, some_day()));
  return {};
}

Result<std::vector<sdk::InputStamp>> TableSource::inputs(const model::Partition& partition) {
  const auto session = TRY(connect());
  std::vector<sdk::InputStamp> stamps;
  for (const auto& stream : TRY(describe(*session, partition)))
    stamps.push_back(TRY(stamp(*session, options_[stream->number], *stream, partition)));
  return stamps;
}

Result<std::unique_ptr<sdk::Extraction>> TableSource::replay(const model::Partition& partition,
                                                             const std::vector<sdk::Reject>& rows) {
  const auto session = TRY(connect());
  return extract_again(TRY(describe(*session, partition)), rows);
}

Result<std::optional<Timestamp>> TableSource::earliest() {
  std::optional<Timestamp> first;
  const auto session = TRY(connect());
  for (const auto& options : options_) {
    if (options.partition_column.empty()) continue;
    const auto time = TRY(session->earliest(options));
    if (time && (!first || *time < *first)) first = time;
  }
  return first;
}

std::string TableSource::shown_name(const StreamOptions& options) const {
  if (!options.table.empty()) return full_name(options.table);
  const auto number = &options - options_.data();
  return options_.size() == 1 ? "query" : fmt::format("query {}", number + 1);
}

/// Of different partitions, so that a partition is known to have its rows for itself.
std::string TableSource::stamp_name(const StreamOptions& options, const model::Partition& partition) const {
  return is_partitioned_ ? shown_name(options) + " " + partition.key : shown_name(options);
}

Result<StreamList> TableSource::describe(SourceSession& session, const model::Partition& partition) const {
  StreamList streams;
  for (const auto& options : options_) {
    const auto stream = TRY(session.describe(options, partition).within("looking at " + shown_name(options)));
    stream->number = streams.size();
    stream->input = stamp_name(options, partition);
    streams.push_back(stream);
  }
  return streams;
}

/// What an input is known by. A database keeps no time of change for rows, so without a column that
/// does, a partition that is over is taken to stay as it is, and a whole table to change with everything
/// that happens on the server: but not beside tables with partitions, or all of them would be loaded
/// again for its sake.
Result<sdk::InputStamp> TableSource::stamp(SourceSession& session, const StreamOptions& options,
                                           const Stream& stream, const model::Partition& partition) const {
  sdk::InputStamp stamp{stamp_name(options, partition), 0, "over"};
  if (!options.change_column.empty()) {
    const auto [rows, newest] = TRY(session.changes(options, stream));
    stamp.version = fmt::format("{} rows, newest {}", rows, newest);
  } else if (!is_partitioned_ || !partition.window) {
    stamp.version = TRY(session.version(clock_.now()));
  } else if (const auto now = clock_.now(); now < partition.window->end) {
    stamp.version = "until " + to_string(now);
  }
  return stamp;
}

/// Only a column of changes tells of the rows themselves.
Result<void> TableSource::check_stamps(SourceSession& session, const StreamList& streams,
                                       const model::Partition& partition,
                                       const std::vector<sdk::InputStamp>& inputs) const {
  for (const auto& stream : streams) {
    const auto& options = options_[stream->number];
    if (options.change_column.empty()) continue;
    const auto now = TRY(stamp(session, options, *stream, partition));
    const auto same = [&](const auto& input) {
      return input.name == now.name && input.version == now.version;
    };
    if (std::any_of(inputs.begin(), inputs.end(), same)) continue;
    return fail(ErrorCode::Conflict, "the rows of {} changed after they were looked for: {} now", now.name,
                now.version);
  }
  return {};
}

}  // namespace weir::sql

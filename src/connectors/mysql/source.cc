// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/source.h"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/mysql/extraction.h"
#include "connectors/mysql/sessions.h"
#include "connectors/mysql/source_pieces.h"
#include "connectors/mysql/source_query.h"

namespace weir::mysql {
namespace {

/// A partition with a value for every placeholder, to see whether a query can work.
model::Partition some_day() { return model::partition_of(model::Every::Day, Timestamp{946'684'800'000'000}); }

QueryContext context_of(const MysqlOptions& connection, const SourceOptions& options) {
  QueryContext context;
  context.database = connection.database;
  context.zero_dates = options.zero_dates;
  context.tinyint1_as_bool = options.tinyint1_as_bool;
  context.duplicate_columns = options.duplicate_columns;
  // The name was checked when the options were read.
  if (options.datetime_zone != "UTC") context.zone = *model::TimeZone::find(options.datetime_zone);
  return context;
}

class MysqlSource final : public sdk::Source {
 public:
  MysqlSource(const MysqlOptions& connection, const SourceOptions& options,
              std::vector<SourceTableOptions> streams, const io::Environment& environment,
              const io::Clock& clock, std::uint64_t piece_bytes)
      : sessions_(std::make_shared<Sessions>(connection, environment)),
        context_(context_of(connection, options)),
        readers_(options.readers),
        streams_(std::move(streams)),
        is_partitioned_(std::any_of(streams_.begin(), streams_.end(), is_partitioned)),
        clock_(clock),
        piece_bytes_(piece_bytes) {}

  Result<void> check() override {
    auto connection = TRY(sessions_->open());
    for (const auto& options : streams_) TRY(describe(connection, options, some_day()));
    return {};
  }

  Result<std::vector<sdk::InputStamp>> inputs(const model::Partition& partition) override {
    auto connection = TRY(sessions_->open());
    std::vector<sdk::InputStamp> stamps;
    for (const auto& options : streams_) {
      const auto stream = TRY(describe(connection, options, partition));
      stamps.push_back(TRY(stamp(connection, options, stream, partition)));
    }
    return stamps;
  }

  Result<std::unique_ptr<sdk::Extraction>> open(const model::Partition& partition,
                                                const std::vector<sdk::InputStamp>& inputs) override {
    auto connection = TRY(sessions_->open());
    std::vector<Stream> streams;
    for (const auto& options : streams_) streams.push_back(TRY(describe(connection, options, partition)));
    std::vector<TableFacts> facts;
    for (const auto& options : streams_) facts.push_back(TRY(facts_of_stream(connection, options)));

    auto snapshot = TRY(begin(facts, partition));
    auto& first = *snapshot.connections.front();
    if (!inputs.empty()) TRY(check_stamps(first, partition, streams, inputs));
    std::vector<Piece> pieces;
    for (std::size_t i = 0; i < streams.size() && !inputs.empty(); ++i) {
      for (auto& piece :
           TRY(pieces_of(first, i, streams[i], facts[i], partition, snapshot.connections.size()))) {
        pieces.push_back(std::move(piece));
      }
    }
    return extract(sessions_, std::move(snapshot), stream_list(std::move(streams), partition),
                   std::move(pieces));
  }

  Result<std::unique_ptr<sdk::Extraction>> replay(const model::Partition& partition,
                                                  const std::vector<sdk::Reject>& rows) override {
    auto connection = TRY(sessions_->open());
    std::vector<Stream> streams;
    for (const auto& options : streams_) streams.push_back(TRY(describe(connection, options, partition)));
    return extract_again(stream_list(std::move(streams), partition), rows);
  }

  bool partitions_inputs() const override { return is_partitioned_; }
  bool starts_afresh() const override { return true; }

  Result<std::optional<Timestamp>> earliest() override {
    std::optional<Timestamp> first;
    auto connection = TRY(sessions_->open());
    for (const auto& options : streams_) {
      if (options.partition_column.empty()) continue;
      const auto time = TRY(earliest_of(connection, options));
      if (time && (!first || *time < *first)) first = time;
    }
    return first;
  }

 private:
  std::string shown_name(const SourceTableOptions& options) const {
    if (!options.table.empty()) {
      const auto name = table_name(options.table, context_.database);
      return name.database + "." + name.table;
    }
    const auto number = &options - streams_.data();
    return streams_.size() == 1 ? "query" : fmt::format("query {}", number + 1);
  }

  /// Of different partitions, so that a partition is known to have its rows for itself.
  std::string stamp_name(const SourceTableOptions& options, const model::Partition& partition) const {
    return is_partitioned_ ? shown_name(options) + " " + partition.key : shown_name(options);
  }

  Result<Stream> describe(Connection& connection, const SourceTableOptions& options,
                          const model::Partition& partition) const {
    return describe_stream(connection, options, context_, partition)
        .within("looking at " + shown_name(options));
  }

  Result<TableFacts> facts_of_stream(Connection& connection, const SourceTableOptions& options) const {
    if (options.table.empty()) return TableFacts{};
    return facts_of(connection, table_name(options.table, context_.database));
  }

  /// A part of a table that an index finds is better read in one piece.
  bool is_cut(const SourceTableOptions& options, const TableFacts& facts,
              const model::Partition& partition) const {
    const bool is_whole =
        options.partition_column.empty() || !partition.window || partition.window->start == model::kBeginning;
    return is_whole && facts.key && facts.is_versioned() && facts.bytes >= 2 * piece_bytes_;
  }

  Result<Snapshot> begin(const std::vector<TableFacts>& facts, const model::Partition& partition) const {
    std::vector<TableName> shared;
    std::vector<std::string> warnings;
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      if (is_cut(streams_[i], facts[i], partition)) {
        shared.push_back(table_name(streams_[i].table, context_.database));
      }
      if (facts[i].is_versioned()) continue;
      warnings.push_back(
          fmt::format("{} is a {} table, of which no snapshot can be had: rows that change "
                      "while it is read come in their old or their new form",
                      shown_name(streams_[i]), facts[i].engine));
    }
    auto snapshot = TRY(begin_snapshot(*sessions_, shared, readers_));
    for (auto& warning : warnings) snapshot.warnings.push_back(std::move(warning));
    return snapshot;
  }

  Result<std::vector<Piece>> pieces_of(Connection& connection, std::size_t number, const Stream& stream,
                                       const TableFacts& facts, const model::Partition& partition,
                                       std::size_t readers) const {
    if (readers > 1 && is_cut(streams_[number], facts, partition)) {
      return cut(connection, stream, number, facts, piece_bytes_);
    }
    return std::vector<Piece>{{number, stream.sql}};
  }

  /// What an input is known by. A database keeps no time of change for rows, so without a column that
  /// does, a partition that is over is taken to stay as it is, and a whole table to change always: but
  /// not beside tables with partitions, or all of them would be loaded again for its sake.
  Result<sdk::InputStamp> stamp(Connection& connection, const SourceTableOptions& options,
                                const Stream& stream, const model::Partition& partition) const {
    sdk::InputStamp stamp{stamp_name(options, partition), 0, "over"};
    if (!options.change_column.empty()) {
      const auto rows =
          TRY(connection.execute(fmt::format("SELECT COUNT(*), MAX({}) FROM {} {}",
                                             identifier(options.change_column), stream.table, stream.where)));
      stamp.version = fmt::format("{} rows, newest {}", rows.text(0, 0), rows.text(0, 1));
    } else if (const auto now = clock_.now();
               !is_partitioned_ || !partition.window || now < partition.window->end) {
      stamp.version = "until " + to_string(now);
    }
    return stamp;
  }

  /// Only a column of changes tells of the rows themselves.
  Result<void> check_stamps(Connection& connection, const model::Partition& partition,
                            const std::vector<Stream>& streams,
                            const std::vector<sdk::InputStamp>& inputs) const {
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      if (streams_[i].change_column.empty()) continue;
      const auto now = TRY(stamp(connection, streams_[i], streams[i], partition));
      const auto same = [&](const auto& input) {
        return input.name == now.name && input.version == now.version;
      };
      if (std::any_of(inputs.begin(), inputs.end(), same)) continue;
      return fail(ErrorCode::Conflict, "the rows of {} changed after they were looked for: {} now", now.name,
                  now.version);
    }
    return {};
  }

  Result<std::optional<Timestamp>> earliest_of(Connection& connection,
                                               const SourceTableOptions& options) const {
    // Dates that no calendar has come first of all.
    const auto rows = TRY(connection.execute(fmt::format(
        "SELECT MIN({0}) FROM {1} WHERE {0} >= '0001-01-01'", identifier(options.partition_column),
        table_name(options.table, context_.database).sql())));
    const auto time = rows.is_null(0, 0) ? std::nullopt : parse_timestamp(rows.text(0, 0));
    if (!time || !context_.zone) return time;
    return std::optional(std::min(*time, context_.zone->to_utc(model::LocalTime{time->micros})));
  }

  StreamList stream_list(std::vector<Stream> streams, const model::Partition& partition) const {
    StreamList list;
    for (auto& stream : streams) {
      auto facts = std::make_shared<StreamFacts>();
      facts->number = list.size();
      facts->input = stamp_name(streams_[list.size()], partition);
      facts->schema.columns = stream.shape.columns;
      facts->shape = std::move(stream.shape);
      list.push_back(std::move(facts));
    }
    return list;
  }

  std::shared_ptr<Sessions> sessions_;
  QueryContext context_;
  std::size_t readers_;
  std::vector<SourceTableOptions> streams_;
  bool is_partitioned_;  // one of them, so that partitions differ
  const io::Clock& clock_;
  std::uint64_t piece_bytes_;
};

}  // namespace

std::unique_ptr<sdk::Source> make_mysql_source(const MysqlOptions& connection, const SourceOptions& options,
                                               std::vector<SourceTableOptions> streams,
                                               const io::Environment& environment, const io::Clock& clock,
                                               std::uint64_t piece_bytes) {
  return std::make_unique<MysqlSource>(connection, options, std::move(streams), environment, clock,
                                       piece_bytes);
}

}  // namespace weir::mysql

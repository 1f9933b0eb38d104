// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "connectors/postgres/sessions.h"
#include "connectors/postgres/source_blocks.h"
#include "connectors/postgres/source_query.h"

namespace weir::postgres {
namespace {

constexpr std::uint64_t kPagesAtOnce = 1024;  // 8 MiB
// Streams are read from one snapshot; a stamp and its rows have to agree as well.
constexpr const char* kBegin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A partition with a value for every placeholder, to see whether a query can work.
model::Partition some_day() { return model::partition_of(model::Every::Day, Timestamp{946'684'800'000'000}); }

class PostgresExtraction final : public sdk::Extraction {
 public:
  PostgresExtraction(std::vector<std::shared_ptr<const StreamFacts>> streams,
                     std::unique_ptr<SnapshotReader> reader)
      : streams_(std::move(streams)), rows_(streams_.size(), 0), reader_(std::move(reader)) {}

  const model::Schema& schema(std::size_t stream) const override { return streams_[stream]->schema; }

  Result<std::unique_ptr<sdk::Block>> next() override {
    auto raw = TRY(reader_->next());
    if (!raw) {
      ended_ = true;
      return std::unique_ptr<sdk::Block>();
    }
    auto& rows = rows_[raw->stream];
    const auto first = rows + 1;
    rows += raw->rows;
    bytes_ += raw->bytes.size();
    const auto& facts = streams_[raw->stream];
    return make_block(facts, *std::move(raw), first);
  }

  std::uint64_t bytes_read() const override { return bytes_; }
  /// A server does not say beforehand how much it will send.
  std::uint64_t bytes_total() const override { return ended_ ? bytes_ : 0; }
  std::string content_hash() const override { return reader_->content_hash(); }

 private:
  std::vector<std::shared_ptr<const StreamFacts>> streams_;  // shared with their blocks
  std::vector<std::uint64_t> rows_;                          // handed out, of each stream
  std::unique_ptr<SnapshotReader> reader_;
  std::uint64_t bytes_ = 0;
  bool ended_ = false;
};

class ReplayExtraction final : public sdk::Extraction {
 public:
  ReplayExtraction(std::vector<std::shared_ptr<const StreamFacts>> streams,
                   const std::vector<sdk::Reject>& rows)
      : streams_(std::move(streams)) {
    for (const auto& row : rows) {
      waiting_[row.stream].push_back(row);
      total_ += row.bytes.size();
    }
  }

  const model::Schema& schema(std::size_t stream) const override { return streams_[stream]->schema; }

  Result<std::unique_ptr<sdk::Block>> next() override {
    if (waiting_.empty()) return std::unique_ptr<sdk::Block>();
    auto [stream, rows] = *waiting_.begin();
    waiting_.erase(waiting_.begin());
    if (stream >= streams_.size()) {
      return fail(ErrorCode::DataMismatch, "rows of table number {} were set aside, but the pipeline has {}",
                  stream + 1, streams_.size());
    }
    for (const auto& row : rows) read_ += row.bytes.size();
    return make_replay_block(streams_[stream], std::move(rows));
  }

  std::uint64_t bytes_read() const override { return read_; }
  std::uint64_t bytes_total() const override { return total_; }
  std::string content_hash() const override { return ""; }

 private:
  std::vector<std::shared_ptr<const StreamFacts>> streams_;  // shared with their blocks
  std::map<std::size_t, std::vector<sdk::Reject>> waiting_;
  std::uint64_t read_ = 0;
  std::uint64_t total_ = 0;
};

class PostgresSource final : public sdk::Source {
 public:
  PostgresSource(const PostgresOptions& connection, const SourceOptions& options,
                 std::vector<SourceTableOptions> streams, const io::Environment& environment,
                 const io::Clock& clock)
      : sessions_(std::make_shared<Sessions>(connection, environment)),
        options_(options),
        streams_(std::move(streams)),
        is_partitioned_(std::any_of(streams_.begin(), streams_.end(), is_partitioned)),
        clock_(clock) {}

  Result<void> check() override {
    auto connection = TRY(sessions_->take());
    for (const auto& stream : streams_) TRY(describe(connection, stream, some_day()));
    sessions_->give_back(std::move(connection));
    return {};
  }

  Result<std::vector<sdk::InputStamp>> inputs(const model::Partition& partition) override {
    auto connection = TRY(sessions_->take());
    std::vector<sdk::InputStamp> stamps;
    for (const auto& stream : streams_) {
      TRY(describe(connection, stream, partition));
      stamps.push_back(TRY(stamp(connection, stream, partition)));
    }
    sessions_->give_back(std::move(connection));
    return stamps;
  }

  Result<std::unique_ptr<sdk::Extraction>> open(const model::Partition& partition,
                                                const std::vector<sdk::InputStamp>& inputs) override {
    auto connection = TRY(sessions_->take());
    TRY(connection.execute(kBegin));
    if (!inputs.empty()) TRY(check_stamps(connection, partition, inputs));
    std::vector<std::shared_ptr<const StreamFacts>> facts;
    std::vector<Piece> pieces;
    for (const auto& options : streams_) {
      auto stream = TRY(describe(connection, options, partition));
      if (!inputs.empty())
        add_pieces(stream, {facts.size(), "", stream.shape.columns.size(), stamp_name(options, partition)},
                   pieces);
      facts.push_back(facts_of(std::move(stream), options, partition, facts.size()));
    }
    auto reader = std::make_unique<SnapshotReader>(sessions_, std::move(connection), std::move(pieces),
                                                   options_.readers);
    return std::unique_ptr<sdk::Extraction>(
        std::make_unique<PostgresExtraction>(std::move(facts), std::move(reader)));
  }

  Result<std::unique_ptr<sdk::Extraction>> replay(const model::Partition& partition,
                                                  const std::vector<sdk::Reject>& rows) override {
    auto connection = TRY(sessions_->take());
    std::vector<std::shared_ptr<const StreamFacts>> facts;
    for (const auto& options : streams_) {
      facts.push_back(
          facts_of(TRY(describe(connection, options, partition)), options, partition, facts.size()));
    }
    sessions_->give_back(std::move(connection));
    return std::unique_ptr<sdk::Extraction>(std::make_unique<ReplayExtraction>(std::move(facts), rows));
  }

  bool partitions_inputs() const override { return is_partitioned_; }
  bool starts_afresh() const override { return true; }

  Result<std::optional<Timestamp>> earliest() override {
    std::optional<Timestamp> first;
    auto connection = TRY(sessions_->take());
    for (const auto& options : streams_) {
      if (options.partition_column.empty()) continue;
      auto all = options;
      all.filter.clear();
      const auto relation = TRY(relation_of(all, sessions_->options().schema, {"all", std::nullopt}));
      const auto rows = TRY(connection.execute(fmt::format(
          "SELECT min({})::timestamp FROM {}", sql_identifier(options.partition_column), relation.sql())));
      const auto time = rows.is_null(0, 0) ? std::nullopt : parse_timestamp(rows.text(0, 0));
      if (time && (!first || *time < *first)) first = time;
    }
    sessions_->give_back(std::move(connection));
    return first;
  }

 private:
  std::string shown_name(const SourceTableOptions& options) const {
    if (!options.table.empty()) {
      const auto name = table_name(options.table, sessions_->options().schema);
      return name.schema + "." + name.table;
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
    auto stream = TRY(
        describe_stream(connection, options, sessions_->options().schema, partition, options_.out_of_range)
            .within("looking at " + shown_name(options)));
    const auto encoding = TRY(connection.execute("SHOW server_encoding"));
    if (encoding.text(0, 0) == "SQL_ASCII") stream.shape.text = TextBytes::Unchecked;
    return stream;
  }

  /// What an input is known by. A database keeps no time of change for rows, so without a column that
  /// does, a partition that is over is taken to stay as it is, and a whole table to change with every
  /// transaction of the server: but not beside tables with partitions, or all of them would be loaded
  /// again for its sake.
  Result<sdk::InputStamp> stamp(Connection& connection, const SourceTableOptions& options,
                                const model::Partition& partition) const {
    sdk::InputStamp stamp{stamp_name(options, partition), 0, "over"};
    if (!options.change_column.empty()) {
      const auto relation = TRY(relation_of(options, sessions_->options().schema, partition));
      const auto rows = TRY(connection.execute(fmt::format(
          "SELECT count(*), max({})::text FROM {}", sql_identifier(options.change_column), relation.sql())));
      stamp.version = fmt::format("{} rows, newest {}", rows.text(0, 0), rows.text(0, 1));
    } else if (!is_partitioned_ || !partition.window) {
      const auto rows = TRY(connection.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())"));
      stamp.version = fmt::format("transaction {}", rows.text(0, 0));
    } else if (const auto now = clock_.now(); now < partition.window->end) {
      stamp.version = "until " + to_string(now);
    }
    return stamp;
  }

  /// Only a column of changes tells of the rows themselves.
  Result<void> check_stamps(Connection& connection, const model::Partition& partition,
                            const std::vector<sdk::InputStamp>& inputs) const {
    for (const auto& options : streams_) {
      if (options.change_column.empty()) continue;
      const auto now = TRY(stamp(connection, options, partition));
      const auto same = [&](const auto& input) {
        return input.name == now.name && input.version == now.version;
      };
      if (std::any_of(inputs.begin(), inputs.end(), same)) continue;
      return fail(ErrorCode::Conflict, "the rows of {} changed after they were looked for: {} now", now.name,
                  now.version);
    }
    return {};
  }

  /// The pieces of a stream, each like `piece` with its own SQL.
  static void add_pieces(const Stream& stream, Piece piece, std::vector<Piece>& pieces) {
    if (stream.pages <= kPagesAtOnce) {
      piece.sql = stream.copy_sql();
      pieces.push_back(std::move(piece));
      return;
    }
    for (std::uint64_t first = 0; first < stream.pages; first += kPagesAtOnce) {
      const auto end = first + kPagesAtOnce;
      piece.sql = stream.copy_sql(first, end < stream.pages ? end : 0);
      pieces.push_back(piece);
    }
  }

  std::shared_ptr<const StreamFacts> facts_of(Stream stream, const SourceTableOptions& options,
                                              const model::Partition& partition, std::size_t number) const {
    auto facts = std::make_shared<StreamFacts>();
    facts->number = number;
    facts->input = stamp_name(options, partition);
    facts->schema = std::move(stream.schema);
    facts->shape = std::move(stream.shape);
    return facts;
  }

  std::shared_ptr<Sessions> sessions_;
  SourceOptions options_;
  std::vector<SourceTableOptions> streams_;
  bool is_partitioned_;  // one of them, so that partitions differ
  const io::Clock& clock_;
};

}  // namespace

std::unique_ptr<sdk::Source> make_postgres_source(const PostgresOptions& connection,
                                                  const SourceOptions& options,
                                                  std::vector<SourceTableOptions> streams,
                                                  const io::Environment& environment,
                                                  const io::Clock& clock) {
  return std::make_unique<PostgresSource>(connection, options, std::move(streams), environment, clock);
}

}  // namespace weir::postgres

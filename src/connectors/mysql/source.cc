// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/source.h"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/mysql/sessions.h"
#include "connectors/mysql/snapshot.h"
#include "connectors/mysql/source_pieces.h"
#include "connectors/mysql/source_query.h"
#include "connectors/sql/extraction.h"
#include "connectors/sql/table_source.h"

namespace weir::mysql {
namespace {

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

class MysqlSession final : public sql::SourceSession {
 public:
  MysqlSession(Connection connection, const QueryContext& context)
      : owned_(std::move(connection)), connection_(*owned_), context_(context) {}
  /// The connection outlives this.
  MysqlSession(Connection* connection, const QueryContext& context)
      : connection_(*connection), context_(context) {}

  Connection& connection() { return connection_; }

  Result<std::shared_ptr<sql::Stream>> describe(const SourceTableOptions& options,
                                                const model::Partition& partition) override {
    return TRY(describe_stream(connection_, options, context_, partition));
  }

  Result<std::pair<std::string, std::string>> changes(const SourceTableOptions& options,
                                                      const sql::Stream& stream) override {
    const auto rows = TRY(connection_.execute(
        fmt::format("SELECT COUNT(*), MAX({}) FROM {}", identifier(options.change_column), stream.from)));
    return std::pair(std::string(rows.text(0, 0)), std::string(rows.text(0, 1)));
  }

  /// The server does not tell.
  Result<std::string> version(Timestamp now) override { return "until " + to_string(now); }

  Result<std::optional<Timestamp>> earliest(const SourceTableOptions& options) override {
    // Dates that no calendar has come first of all.
    const auto rows = TRY(connection_.execute(fmt::format(
        "SELECT MIN({0}) FROM {1} WHERE {0} >= '0001-01-01'", identifier(options.partition_column),
        table_name(options.table, context_.database).sql())));
    const auto time = rows.is_null(0, 0) ? std::nullopt : parse_timestamp(rows.text(0, 0));
    if (!time || !context_.zone) return time;
    return std::optional(std::min(*time, context_.zone->to_utc(model::LocalTime{time->micros})));
  }

 private:
  std::optional<Connection> owned_;
  Connection& connection_;
  const QueryContext& context_;
};

class MysqlSource final : public sql::TableSource {
 public:
  MysqlSource(const MysqlOptions& connection, const SourceOptions& options,
              std::vector<SourceTableOptions> streams, const io::Environment& environment,
              const io::Clock& clock, std::uint64_t piece_bytes)
      : TableSource(std::move(streams), clock),
        sessions_(std::make_shared<Sessions>(connection, environment)),
        context_(context_of(connection, options)),
        readers_(options.readers),
        piece_bytes_(piece_bytes) {}

  Result<std::unique_ptr<sdk::Extraction>> open(const model::Partition& partition,
                                                const std::vector<sdk::InputStamp>& inputs) override {
    MysqlSession session(TRY(sessions_->open()), context_);
    const auto streams = TRY(describe(session, partition));
    std::vector<TableFacts> facts;
    for (const auto& each : options()) facts.push_back(TRY(facts_of_stream(session.connection(), each)));

    auto snapshot = TRY(begin(facts, partition));
    MysqlSession first(&snapshot->first(), context_);
    if (!inputs.empty()) TRY(check_stamps(first, streams, partition, inputs));
    const auto readers = snapshot->readers();
    std::vector<sql::Piece> pieces;
    for (std::size_t i = 0; i < streams.size() && !inputs.empty(); ++i) {
      // They were found out by a session of this folder.
      const auto& stream = static_cast<const Stream&>(*streams[i]);
      const bool in_pieces = readers > 1 && is_cut(options()[i], facts[i], partition);
      const auto some = in_pieces ? TRY(cut(snapshot->first(), stream, facts[i], piece_bytes_))
                                  : std::vector<sql::Piece>{{i, stream.statement}};
      pieces.insert(pieces.end(), some.begin(), some.end());
    }
    auto warnings = snapshot_warnings(facts);
    warnings.insert(warnings.begin(), snapshot->warnings().begin(), snapshot->warnings().end());
    snapshot->expect(streams);
    auto reader =
        std::make_unique<sql::SnapshotReader>(std::move(snapshot), readers, streams, std::move(pieces));
    return sql::extract(streams, std::move(reader), std::move(warnings));
  }

 private:
  Result<std::unique_ptr<sql::SourceSession>> connect() const override {
    return std::make_unique<MysqlSession>(TRY(sessions_->open()), context_);
  }

  std::string full_name(const std::string& table) const override {
    const auto name = table_name(table, context_.database);
    return name.database + "." + name.table;
  }

  Result<TableFacts> facts_of_stream(Connection& connection, const SourceTableOptions& each) const {
    if (each.table.empty()) return TableFacts{};
    return facts_of(connection, table_name(each.table, context_.database));
  }

  /// A part of a table that an index finds is better read in one piece.
  bool is_cut(const SourceTableOptions& each, const TableFacts& facts,
              const model::Partition& partition) const {
    const bool is_whole =
        each.partition_column.empty() || !partition.window || partition.window->start == model::kBeginning;
    return is_whole && facts.key && facts.is_versioned() && facts.bytes >= 2 * piece_bytes_;
  }

  Result<std::unique_ptr<Snapshot>> begin(const std::vector<TableFacts>& facts,
                                          const model::Partition& partition) const {
    std::vector<TableName> shared;
    for (std::size_t i = 0; i < facts.size(); ++i) {
      if (is_cut(options()[i], facts[i], partition))
        shared.push_back(table_name(options()[i].table, context_.database));
    }
    return Snapshot::begin(sessions_, shared, readers_);
  }

  std::vector<std::string> snapshot_warnings(const std::vector<TableFacts>& facts) const {
    std::vector<std::string> warnings;
    for (std::size_t i = 0; i < facts.size(); ++i) {
      if (facts[i].is_versioned()) continue;
      warnings.push_back(
          fmt::format("{} is a {} table, of which no snapshot can be had: rows that change "
                      "while it is read come in their old or their new form",
                      shown_name(options()[i]), facts[i].engine));
    }
    return warnings;
  }

  std::shared_ptr<Sessions> sessions_;
  QueryContext context_;
  std::size_t readers_;
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

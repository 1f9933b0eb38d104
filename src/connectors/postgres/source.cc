// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/source.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "connectors/postgres/sessions.h"
#include "connectors/postgres/snapshot.h"
#include "connectors/postgres/source_query.h"
#include "connectors/sql/extraction.h"
#include "connectors/sql/table_source.h"

namespace weir::postgres {
namespace {

constexpr std::uint64_t kPagesAtOnce = 1024;  // 8 MiB

/// A session that goes back to where it came from.
class PostgresSession final : public sql::SourceSession {
 public:
  PostgresSession(Sessions& sessions, Connection connection, OutOfRange out_of_range)
      : sessions_(sessions), connection_(std::move(connection)), out_of_range_(out_of_range) {}
  ~PostgresSession() override {
    if (connection_) sessions_.give_back(*std::move(connection_));
  }
  PostgresSession(const PostgresSession&) = delete;
  PostgresSession& operator=(const PostgresSession&) = delete;

  Connection& connection() { return *connection_; }
  /// Leaves nothing to go back.
  Connection take() { return *std::exchange(connection_, std::nullopt); }

  Result<std::shared_ptr<sql::Stream>> describe(const SourceTableOptions& options,
                                                const model::Partition& partition) override {
    return TRY(describe_stream(*connection_, options, sessions_.options().schema, partition, out_of_range_));
  }

  Result<std::pair<std::string, std::string>> changes(const SourceTableOptions& options,
                                                      const sql::Stream& stream) override {
    const auto rows = TRY(connection_->execute(fmt::format(
        "SELECT count(*), max({})::text FROM {}", sql_identifier(options.change_column), stream.from)));
    return std::pair(std::string(rows.text(0, 0)), std::string(rows.text(0, 1)));
  }

  /// A table may change with every transaction of the server.
  Result<std::string> version(Timestamp) override {
    const auto rows = TRY(connection_->execute("SELECT pg_snapshot_xmax(pg_current_snapshot())"));
    return fmt::format("transaction {}", rows.text(0, 0));
  }

  Result<std::optional<Timestamp>> earliest(const SourceTableOptions& options) override {
    const auto rows = TRY(connection_->execute(
        fmt::format("SELECT min({})::timestamp FROM {}", sql_identifier(options.partition_column),
                    table_name(options.table, sessions_.options().schema).sql())));
    return rows.is_null(0, 0) ? std::nullopt : parse_timestamp(rows.text(0, 0));
  }

 private:
  Sessions& sessions_;
  std::optional<Connection> connection_;
  OutOfRange out_of_range_;
};

/// The pieces of a stream: all of it, or ranges of the table's pages.
void add_pieces(const Stream& stream, std::vector<sql::Piece>& pieces) {
  if (stream.pages <= kPagesAtOnce) {
    pieces.push_back({stream.number, stream.copy_sql()});
    return;
  }
  for (std::uint64_t first = 0; first < stream.pages; first += kPagesAtOnce) {
    const auto end = first + kPagesAtOnce;
    pieces.push_back({stream.number, stream.copy_sql(first, end < stream.pages ? end : 0)});
  }
}

class PostgresSource final : public sql::TableSource {
 public:
  PostgresSource(const PostgresOptions& connection, const SourceOptions& options,
                 std::vector<SourceTableOptions> streams, const io::Environment& environment,
                 const io::Clock& clock)
      : TableSource(std::move(streams), clock),
        sessions_(std::make_shared<Sessions>(connection, environment)),
        options_(options) {}

  Result<std::unique_ptr<sdk::Extraction>> open(const model::Partition& partition,
                                                const std::vector<sdk::InputStamp>& inputs) override {
    PostgresSession session(*sessions_, TRY(sessions_->take()), options_.out_of_range);
    const auto sharing = options_.readers > 1 ? Sharing::WithOthers : Sharing::Alone;
    auto name = TRY(begin_snapshot(session.connection(), sharing));
    const auto streams = TRY(describe(session, partition));
    std::vector<sql::Piece> pieces;
    if (!inputs.empty()) {
      TRY(check_stamps(session, streams, partition, inputs));
      // They were found out by a session of this folder.
      for (const auto& stream : streams) add_pieces(static_cast<const Stream&>(*stream), pieces);
    }
    const auto readers = std::min<std::size_t>(options_.readers, pieces.size());
    auto snapshot = std::make_unique<Snapshot>(sessions_, session.take(), std::move(name), readers, streams);
    auto reader =
        std::make_unique<sql::SnapshotReader>(std::move(snapshot), readers, streams, std::move(pieces));
    return sql::extract(streams, std::move(reader), {});
  }

 private:
  Result<std::unique_ptr<sql::SourceSession>> connect() const override {
    return std::make_unique<PostgresSession>(*sessions_, TRY(sessions_->take()), options_.out_of_range);
  }

  std::string full_name(const std::string& table) const override {
    const auto name = table_name(table, sessions_->options().schema);
    return name.schema + "." + name.table;
  }

  std::shared_ptr<Sessions> sessions_;
  SourceOptions options_;
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

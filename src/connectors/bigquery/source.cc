// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/source.h"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/bigquery/extraction.h"
#include "connectors/bigquery/source_query.h"
#include "protocols/google/bigquery_query.h"

namespace weir::bigquery {
namespace {

/// A partition with a value for every placeholder, to see whether a query can work.
model::Partition some_day() { return model::partition_of(model::Every::Day, Timestamp{946'684'800'000'000}); }

class BigQuerySource final : public sdk::Source {
 public:
  BigQuerySource(std::shared_ptr<Dataset> dataset, const SourceOptions& options,
                 std::vector<SourceTableOptions> streams)
      : dataset_(std::move(dataset)),
        options_(options),
        streams_(std::move(streams)),
        is_partitioned_(std::any_of(streams_.begin(), streams_.end(), is_partitioned)) {}

  Result<void> check() override {
    for (const auto& stream : streams_) TRY(describe(stream, some_day()));
    return {};
  }

  Result<std::vector<sdk::InputStamp>> inputs(const model::Partition& partition) override {
    std::vector<sdk::InputStamp> stamps;
    for (const auto& options : streams_) {
      stamps.push_back(TRY(stamp(TRY(describe(options, partition)), options, partition)));
    }
    return stamps;
  }

  Result<std::unique_ptr<sdk::Extraction>> open(const model::Partition& partition,
                                                const std::vector<sdk::InputStamp>& inputs) override {
    std::vector<StreamToRead> streams;
    std::vector<std::shared_ptr<const StreamFacts>> facts;
    for (const auto& options : streams_) {
      auto stream = TRY(describe(options, partition));
      if (!inputs.empty()) TRY(check_stamp(stream, options, partition, inputs));
      facts.push_back(facts_of(stream, options, partition, facts.size()));
      streams.push_back({facts.back(), std::move(stream)});
    }
    if (inputs.empty()) return make_replay(std::move(facts), {});
    return make_extraction(dataset_, options_, std::move(streams));
  }

  Result<std::unique_ptr<sdk::Extraction>> replay(const model::Partition& partition,
                                                  const std::vector<sdk::Reject>& rows) override {
    std::vector<std::shared_ptr<const StreamFacts>> facts;
    for (const auto& options : streams_) {
      facts.push_back(facts_of(TRY(describe(options, partition)), options, partition, facts.size()));
    }
    return make_replay(std::move(facts), rows);
  }

  bool partitions_inputs() const override { return is_partitioned_; }

  Result<std::optional<Timestamp>> earliest() override {
    std::optional<Timestamp> first;
    auto* client = TRY(dataset_->client());
    for (const auto& options : streams_) {
      if (options.partition_column.empty()) continue;
      const auto name = table_name(options.table, client->place());
      const auto rows = TRY(
          google::query_rows(*client,
                             fmt::format("SELECT CAST(MIN({}) AS STRING) AS `first` FROM {}",
                                         google::bigquery_identifier(options.partition_column), name.sql()),
                             {}));
      if (rows.empty() || rows.front().empty() || !rows.front().front()) continue;
      const auto time = parse_timestamp(*rows.front().front());
      if (time && (!first || *time < *first)) first = time;
    }
    return first;
  }

 private:
  Result<Stream> describe(const SourceTableOptions& options, const model::Partition& partition) const {
    return describe_stream(*TRY(dataset_->client()), options, partition)
        .within("looking at " + shown_name(options));
  }

  std::string shown_name(const SourceTableOptions& options) const {
    if (!options.table.empty()) return options.table;
    const auto number = &options - streams_.data();
    return streams_.size() == 1 ? "query" : fmt::format("query {}", number + 1);
  }

  /// Of different partitions, so that a partition is known to have its rows for itself.
  std::string stamp_name(const SourceTableOptions& options, const model::Partition& partition) const {
    return is_partitioned_ ? shown_name(options) + " " + partition.key : shown_name(options);
  }

  /// What an input is known by. Without a column that tells of changes, a partition that is over is taken
  /// to stay as it is, a whole table to stay until BigQuery says that it was changed, and a query to give
  /// something else every time: but not beside tables with partitions, or all of them would be loaded
  /// again for its sake.
  Result<sdk::InputStamp> stamp(const Stream& stream, const SourceTableOptions& options,
                                const model::Partition& partition) const {
    sdk::InputStamp stamp{stamp_name(options, partition), 0, "over"};
    const auto now = dataset_->clock().now();
    if (!options.change_column.empty()) {
      const auto sql = changes_sql(stream, options.change_column);
      const auto rows = TRY(google::query_rows(*TRY(dataset_->client()), sql.text, sql.parameters));
      if (rows.size() != 1 || rows.front().size() != 2) {
        return fail(ErrorCode::DataMismatch, "the newest change of {} cannot be told", stamp.name);
      }
      stamp.version =
          fmt::format("{} rows, newest {}", rows.front()[0].value_or("0"), rows.front()[1].value_or(""));
    } else if (!is_partitioned_ || !partition.window) {
      stamp.version = stream.kind == Stream::Kind::Table
                          ? fmt::format("{} rows, changed {}", stream.table.rows, stream.table.last_modified)
                          : "asked " + to_string(now);
    } else if (now < partition.window->end) {
      stamp.version = "until " + to_string(now);
    }
    return stamp;
  }

  /// Only a column of changes, and BigQuery for a whole table, tell of the rows themselves.
  Result<void> check_stamp(const Stream& stream, const SourceTableOptions& options,
                           const model::Partition& partition,
                           const std::vector<sdk::InputStamp>& inputs) const {
    const bool is_whole_table = stream.kind == Stream::Kind::Table && !is_partitioned_;
    if (options.change_column.empty() && !is_whole_table) return {};
    const auto now = TRY(stamp(stream, options, partition));
    const auto same = [&](const auto& input) {
      return input.name == now.name && input.version == now.version;
    };
    if (std::any_of(inputs.begin(), inputs.end(), same)) return {};
    return fail(ErrorCode::Conflict, "the rows of {} changed after they were looked for: {} now", now.name,
                now.version);
  }

  std::shared_ptr<const StreamFacts> facts_of(const Stream& stream, const SourceTableOptions& options,
                                              const model::Partition& partition, std::size_t number) const {
    auto facts = std::make_shared<StreamFacts>();
    facts->number = number;
    facts->input = stamp_name(options, partition);
    facts->schema = stream.schema;
    facts->fields = stream.fields;
    return facts;
  }

  const std::shared_ptr<Dataset> dataset_;  // shared with the extractions under way
  const SourceOptions options_;
  const std::vector<SourceTableOptions> streams_;
  const bool is_partitioned_;  // one of them, so that partitions differ
};

}  // namespace

std::unique_ptr<sdk::Source> make_bigquery_source(std::shared_ptr<Dataset> dataset,
                                                  const SourceOptions& options,
                                                  std::vector<SourceTableOptions> streams) {
  return std::make_unique<BigQuerySource>(std::move(dataset), options, std::move(streams));
}

}  // namespace weir::bigquery

// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/extraction.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <atomic>
#include <map>

#include "connectors/bigquery/row_reader.h"
#include "protocols/google/bigquery_tables.h"

namespace weir::bigquery {
namespace {

/// A job's id that nobody else takes, and that tells what it is of.
std::string reading_id(const Stream& stream, const io::Clock& clock) {
  static std::atomic<std::uint64_t> count{0};
  std::string all = stream.sql.text + stream.table.name.shown();
  for (const auto& parameter : stream.sql.parameters) all += '\0' + parameter.value.value_or("");
  return fmt::format("weir_read_{:016x}_{}_{}", XXH3_64bits(all.data(), all.size()), clock.now().micros,
                     count.fetch_add(1));
}

class BigQueryExtraction final : public sdk::Extraction {
 public:
  BigQueryExtraction(std::shared_ptr<Dataset> dataset, const SourceOptions& options,
                     std::vector<StreamToRead> streams)
      : dataset_(std::move(dataset)), options_(options), streams_(std::move(streams)) {}

  const model::Schema& schema(std::size_t stream) const override { return streams_[stream].facts->schema; }

  Result<std::unique_ptr<sdk::Block>> next() override {
    while (current_ < streams_.size()) {
      const auto& facts = streams_[current_].facts;
      if (!reader_) reader_ = TRY(open(streams_[current_].stream).within("reading " + facts->input));
      auto rows = TRY(reader_->next().within("reading " + facts->input));
      if (rows) {
        count(*rows);
        return make_block(facts, *std::move(rows));
      }
      reader_.reset();
      ++current_;
    }
    return std::unique_ptr<sdk::Block>();
  }

  std::uint64_t bytes_read() const override { return bytes_; }
  /// A query does not say beforehand how much it will give.
  std::uint64_t bytes_total() const override { return current_ == streams_.size() ? bytes_ : 0; }
  std::string content_hash() const override { return fmt::format("{:016x}-{}", hash_, rows_); }

 private:
  /// The sum of the rows' hashes, which does not depend on their order: a table has none.
  void count(const RawRows& rows) {
    for (const auto row : rows.rows) {
      hash_ += XXH3_64bits(row.data(), row.size());
      bytes_ += row.size();
      ++rows_;
    }
  }

  Result<std::unique_ptr<RowReader>> open(const Stream& stream) {
    auto* client = TRY(dataset_->client());
    const auto id = reading_id(stream, dataset_->clock());
    auto table = stream.table;
    auto columns = stream.columns;
    if (stream.kind == Stream::Kind::Query) {
      table = TRY(query_result(*client, stream, id));
      columns.clear();
    }
    auto* store = TRY(dataset_->store());
    const bool is_large = options_.transfer == Transfer::Export ||
                          (options_.transfer == Transfer::Auto && table.bytes > options_.export_above.bytes);
    // An export has all columns, and one of an empty table may have no object at all.
    if (store == nullptr || !is_large || !columns.empty() || table.rows == 0) {
      return read_pages(*client, table.name, std::move(columns), options_.page_rows);
    }
    return read_export(*client, table.name, table.rows,
                       {*store, fmt::format("{}/reads/{}/", dataset_->prefix(), id), id + "_export"});
  }

  Result<google::BigQueryTable> query_result(google::BigQueryClient& client, const Stream& stream,
                                             const std::string& id) const {
    google::QueryJob query{.sql = stream.sql.text, .parameters = stream.sql.parameters};
    if (options_.maximum_bytes_billed) query.maximum_bytes_billed = options_.maximum_bytes_billed->bytes;
    const auto job = TRY(google::BigQueryJobs(client).run_with_attempts(id, query));
    if (job.failure) return Failure(*job.error());
    if (job.rows_in.table.empty()) {
      return fail(ErrorCode::InvalidConfig, "the query gives no rows: it must be one SELECT");
    }
    auto table = TRY(google::BigQueryTables(client).find(job.rows_in));
    if (table) return *std::move(table);
    return fail(ErrorCode::Conflict, "the rows of the query are gone; run again");
  }

  std::shared_ptr<Dataset> dataset_;  // shared with the source, which may be gone before
  const SourceOptions options_;
  std::vector<StreamToRead> streams_;
  std::size_t current_ = 0;
  std::unique_ptr<RowReader> reader_;  // of the current stream
  std::uint64_t bytes_ = 0;
  std::uint64_t rows_ = 0;
  std::uint64_t hash_ = 0;
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

}  // namespace

std::unique_ptr<sdk::Extraction> make_extraction(std::shared_ptr<Dataset> dataset,
                                                 const SourceOptions& options,
                                                 std::vector<StreamToRead> streams) {
  return std::make_unique<BigQueryExtraction>(std::move(dataset), options, std::move(streams));
}

std::unique_ptr<sdk::Extraction> make_replay(std::vector<std::shared_ptr<const StreamFacts>> streams,
                                             const std::vector<sdk::Reject>& rows) {
  return std::make_unique<ReplayExtraction>(std::move(streams), rows);
}

}  // namespace weir::bigquery

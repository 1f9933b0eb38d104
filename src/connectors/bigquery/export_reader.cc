// SPDX-License-Identifier: Apache-2.0
// Rows through objects that they were exported into: see row_reader.h.
// https://cloud.google.com/bigquery/docs/exporting-data
#include <algorithm>

#include "connectors/bigquery/row_reader.h"
#include "formats/block_reader.h"
#include "formats/inflate.h"
#include "io/object_reader.h"

namespace weir::bigquery {
namespace {

class ObjectBytes final : public formats::ByteSource {
 public:
  explicit ObjectBytes(std::unique_ptr<io::ObjectReader> reader) : reader_(std::move(reader)) {}
  Result<std::size_t> read(char* to, std::size_t size) override { return reader_->read(to, size); }

 private:
  std::unique_ptr<io::ObjectReader> reader_;
};

class ExportReader final : public RowReader {
 public:
  ExportReader(io::ObjectStore& store, std::vector<io::ObjectInfo> objects, std::uint64_t rows)
      : store_(store),
        objects_(std::move(objects)),
        pool_(std::make_shared<formats::BufferPool>(formats::BlockLimits{}.block_bytes)),
        total_(rows) {}
  ~ExportReader() override {
    blocks_.reset();
    // What stays is told apart by its name, and the bucket's lifecycle rules can remove it.
    for (const auto& object : objects_) static_cast<void>(store_.remove(object.key));
  }
  ExportReader(const ExportReader&) = delete;
  ExportReader& operator=(const ExportReader&) = delete;

  Result<std::optional<RawRows>> next() override {
    while (true) {
      if (!blocks_ && !TRY(open_next())) return std::optional<RawRows>();
      auto block = TRY(blocks_->next());
      if (block) return std::optional(cut(block->bytes));
      blocks_.reset();
    }
  }

 private:
  /// Whether there is one more object.
  Result<bool> open_next() {
    if (opened_ == objects_.size()) {
      if (given_ == total_) return false;
      return fail(ErrorCode::DataMismatch, "the export has {} rows, but the table has {}; run again", given_,
                  total_);
    }
    const auto& object = objects_[opened_++];
    const auto uri = store_.uri(object.key);
    auto reader = TRY(io::ObjectReader::open(store_, object).within("reading " + uri));
    auto text = TRY(
        formats::inflate(std::make_unique<ObjectBytes>(std::move(reader)), formats::Compression::Auto, uri));
    blocks_ = std::make_unique<formats::BlockReader>(std::move(text), formats::Framing{},
                                                     formats::BlockLimits{}, pool_);
    return true;
  }

  RawRows cut(std::string_view bytes) {
    auto text = std::make_shared<const std::string>(bytes);
    RawRows rows{text, {}, RowForm::Line, given_ + 1};
    std::string_view rest = *text;
    while (!rest.empty()) {
      const auto end = std::min(rest.find('\n'), rest.size());
      if (end > 0) rows.rows.push_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    given_ += rows.rows.size();
    return rows;
  }

  io::ObjectStore& store_;
  const std::vector<io::ObjectInfo> objects_;
  std::shared_ptr<formats::BufferPool> pool_;  // shared with the blocks of it
  std::unique_ptr<formats::BlockReader> blocks_;
  std::size_t opened_ = 0;
  std::uint64_t given_ = 0;
  std::uint64_t total_;
};

}  // namespace

Result<std::unique_ptr<RowReader>> read_export(google::BigQueryClient& client,
                                               const google::BigQueryTableName& table, std::uint64_t rows,
                                               ExportPlace place) {
  const auto uri = place.store.uri(place.folder + "rows-*.json.gz");
  const auto job = TRY(google::BigQueryJobs(client).run_with_attempts(
      place.id, google::ExtractJob{.table = table, .uri = uri}));
  if (job.failure) return Failure(job.error()->within("exporting " + table.shown()));
  auto objects = TRY(io::list_all(place.store, place.folder).within("looking for what was exported"));
  return std::unique_ptr<RowReader>(std::make_unique<ExportReader>(place.store, std::move(objects), rows));
}

}  // namespace weir::bigquery

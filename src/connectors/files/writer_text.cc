// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/writer.h"
#include "formats/content_hash.h"

namespace weir::files {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{256} << 10;

class TextEncoder final : public sdk::RowEncoder {
 public:
  TextEncoder(const formats::RowWriter& rows, formats::OutputCompression compression)
      : rows_(rows), compressor_(formats::make_compressor(compression)) {}

  Result<void> encode(std::span<const model::BatchView> rows, WriteBuffer& out) override {
    auto& to = compressor_ ? plain_ : out;
    for (const auto& batch : rows) rows_.write(batch, to);
    if (!compressor_) return {};
    auto compressed = compressor_->compress(plain_.view(), out);
    plain_.clear();
    return compressed;
  }

 private:
  const formats::RowWriter& rows_;
  std::unique_ptr<formats::Compressor> compressor_;  // null: none
  WriteBuffer plain_;
};

class TextWriter final : public TableWriter {
 public:
  TextWriter(const WriterRequest& request, std::unique_ptr<formats::RowWriter> rows)
      : file_(request.file),
        columns_(request.rows),
        is_array_(request.options.format == FileFormat::Json),
        refuses_nulls_(request.options.format == FileFormat::Csv && request.rows.size() == 1 &&
                       request.options.csv.quotes == formats::Quotes::Minimal &&
                       request.options.csv.null_text.value_or("").empty()),
        leaves_file_(request.options.without_rows == WithoutRows::File),
        rows_(std::move(rows)),
        compression_(request.options.effective_compression()),
        compressor_(formats::make_compressor(compression_)) {}

  Result<sdk::WriteOutcome> write(const model::BatchView& batch) override {
    sdk::WriteOutcome outcome;
    if (batch.rows == 0) return outcome;
    begin();
    if (refuses_nulls_) return write_row_by_row(batch);
    rows_->write(batch, block_);
    written_.rows += batch.rows;
    if (block_.size() >= kBlockBytes) TRY(flush());
    return outcome;
  }

  // In an array only the first row has no comma before it.
  std::unique_ptr<sdk::RowEncoder> encoder() const override {
    if (refuses_nulls_ || is_array_) return nullptr;
    return std::make_unique<TextEncoder>(*rows_, compression_);
  }

  Result<void> write_encoded(std::uint64_t rows, std::string_view bytes) override {
    begin();
    TRY(flush());
    TRY(put(bytes));
    written_.rows += rows;
    return {};
  }

  const model::Schema& columns() const override { return columns_; }

  Result<std::optional<WrittenFile>> finish() override {
    if (written_.rows == 0 && !leaves_file_) return std::optional<WrittenFile>();
    begin();
    rows_->end(block_);
    TRY(flush());
    TRY(file_.close());
    hash_.end_input();
    written_.hash = hash_.hex();
    return std::optional(written_);
  }

 private:
  void begin() {
    if (!has_begun_) rows_->begin(block_);
    has_begun_ = true;
  }

  // NULL in the only column would be an empty line, which readers leave out.
  Result<sdk::WriteOutcome> write_row_by_row(const model::BatchView& batch) {
    sdk::WriteOutcome outcome;
    const auto& column = batch.columns[0];
    for (std::size_t row = 0; row < batch.rows; ++row) {
      if (column.is_null(row)) {
        outcome.refused.push_back(
            {row, "a row of nothing but NULL is an empty line in CSV; set csv.null_text"});
        continue;
      }
      const model::ColumnView one{
          column.type, static_cast<const char*>(column.data) + row * model::width(column.type), nullptr};
      rows_->write({1, {&one, 1}}, block_);
      ++written_.rows;
    }
    if (block_.size() >= kBlockBytes) TRY(flush());
    return outcome;
  }

  Result<void> flush() {
    if (block_.size() == 0) return {};
    auto bytes = block_.view();
    if (compressor_) {
      packed_.clear();
      TRY(compressor_->compress(bytes, packed_));
      bytes = packed_.view();
    }
    TRY(put(bytes));
    block_.clear();
    return {};
  }

  Result<void> put(std::string_view bytes) {
    TRY(file_.write(bytes));
    hash_.update(bytes);
    written_.bytes += bytes.size();
    return {};
  }

  StagedFile& file_;
  model::Schema columns_;
  bool is_array_;
  bool refuses_nulls_;
  bool leaves_file_;  // also without rows
  std::unique_ptr<formats::RowWriter> rows_;
  formats::OutputCompression compression_;
  std::unique_ptr<formats::Compressor> compressor_;  // null: none
  bool has_begun_ = false;
  WriteBuffer block_;
  WriteBuffer packed_;
  formats::ContentHash hash_;
  WrittenFile written_;
};

}  // namespace

Result<std::unique_ptr<TableWriter>> make_text_writer(const WriterRequest& request) {
  const auto format = request.options.format;
  auto rows = format == FileFormat::Csv    ? TRY(formats::make_csv_writer(request.rows, request.options.csv))
              : format == FileFormat::Json ? formats::make_json_writer(request.rows)
                                           : formats::make_jsonl_writer(request.rows);
  return std::unique_ptr<TableWriter>(std::make_unique<TextWriter>(request, std::move(rows)));
}

}  // namespace weir::files

// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/source_parquet.h"

#include <atomic>

#include "formats/parquet_reader.h"

namespace weir::files {
namespace {

/// Rows that are already decoded. Their "line" is 0 and their "offset" the row's number in the file.
class RowBlock final : public sdk::Block {
 public:
  RowBlock(std::shared_ptr<const std::string> input, std::uint64_t first_row,
           std::vector<engine::Chunk> chunks)
      : input_(std::move(input)), first_row_(first_row), chunks_(std::move(chunks)) {}

  Result<void> decode(model::Batch& rows, std::vector<sdk::Reject>&) const override {
    for (const auto& chunk : chunks_) formats::append_rows(chunk.view(), rows);
    return {};
  }
  sdk::Reject reject(const model::RowOrigin& origin, std::string reason) const override {
    return {*input_, 0, first_row_ + origin.offset, std::move(reason), ""};
  }

 private:
  std::shared_ptr<const std::string> input_;  // shared by the blocks of one file
  std::uint64_t first_row_;
  std::vector<engine::Chunk> chunks_;
};

class ParquetExtraction final : public sdk::Extraction {
 public:
  ParquetExtraction(std::shared_ptr<Place> place, std::vector<sdk::InputStamp> inputs, model::Schema declared)
      : place_(std::move(place)), inputs_(std::move(inputs)), schema_(std::move(declared)) {}

  Result<void> begin() {
    declared_ = schema_;
    if (TRY(open_next())) schema_ = reader_->schema();
    return {};
  }

  const model::Schema& schema(std::size_t) const override { return schema_; }

  Result<std::unique_ptr<sdk::Block>> next() override {
    while (reader_) {
      const auto first = row_;
      auto chunks = next_chunks();
      if (!chunks.ok()) {
        TRY(verify());  // what a file seems to have wrong means nothing once it has changed
        return Failure(chunks.error().within("reading " + *name_));
      }
      if (!chunks->empty()) return std::make_unique<RowBlock>(name_, first, *std::move(chunks));
      TRY(verify());
      if (!TRY(open_next())) break;
      if (!(reader_->schema() == schema_)) {
        return fail(ErrorCode::DataMismatch,
                    "{} has the columns ({}), but {} has ({}); read them with two pipelines", *name_,
                    model::to_string(reader_->schema()), inputs_.front().name, model::to_string(schema_));
      }
    }
    return std::unique_ptr<sdk::Block>();
  }

  std::uint64_t bytes_read() const override { return bytes_read_; }
  std::uint64_t bytes_total() const override {
    std::uint64_t total = 0;
    for (const auto& input : inputs_) total += input.size;
    return total;
  }
  std::string content_hash() const override { return hash_.hex(); }

 private:
  /// A block is a few chunks, as each costs its worker a statement.
  Result<std::vector<engine::Chunk>> next_chunks() {
    constexpr std::size_t kChunksOfBlock = 4;
    std::vector<engine::Chunk> chunks;
    while (chunks.size() < kChunksOfBlock) {
      auto chunk = TRY(reader_->next());
      if (!chunk) break;
      row_ += chunk->view().rows;
      chunks.push_back(*std::move(chunk));
    }
    return chunks;
  }

  Result<bool> open_next() {
    reader_.reset();
    if (opened_ == inputs_.size()) return false;
    const auto& input = inputs_[opened_++];
    name_ = std::make_shared<const std::string>(input.name);
    row_ = 0;
    // The engine reads by position, so the bytes are hashed on their own; that also finds out
    // whether the file may be read, with a better message.
    file_ = TRY(place_->fetch(input, hash_));
    bytes_read_ += input.size;
    reader_ = TRY(formats::ParquetReader::open(file_->path(), declared_).within("reading " + input.name));
    return true;
  }

  Result<void> verify() const {
    const auto& listed = inputs_[opened_ - 1];
    const auto now = TRY(place_->find(listed.name));
    if (now && now->stamp.size == listed.size && now->stamp.version == listed.version) return {};
    return fail(ErrorCode::Conflict, "{} changed while it was read; run again", *name_);
  }

  std::shared_ptr<Place> place_;  // shared: the extraction may outlive its source
  std::vector<sdk::InputStamp> inputs_;
  model::Schema schema_;
  model::Schema declared_;
  std::size_t opened_ = 0;
  std::unique_ptr<FetchedFile> file_;
  std::unique_ptr<formats::ParquetReader> reader_;
  std::shared_ptr<const std::string> name_;
  formats::ContentHash hash_;
  std::uint64_t row_ = 0;
  std::atomic<std::uint64_t> bytes_read_ = 0;  // asked for by whoever shows progress
};

}  // namespace

Result<std::unique_ptr<sdk::Extraction>> open_parquet(std::shared_ptr<Place> place,
                                                      const std::vector<sdk::InputStamp>& inputs,
                                                      const model::Schema& declared) {
  auto extraction = std::make_unique<ParquetExtraction>(std::move(place), inputs, declared);
  TRY(extraction->begin());
  return extraction;
}

}  // namespace weir::files

// SPDX-License-Identifier: Apache-2.0
#include "formats/input_reader.h"

#include "base/text.h"
#include "formats/encoding.h"
#include "formats/inference.h"

namespace weir::formats {

Result<std::unique_ptr<InputReader>> InputReader::open(const Format& format, const ReadOptions& options,
                                                       Compression compression,
                                                       std::unique_ptr<ByteSource> stored,
                                                       const std::string& name) {
  std::unique_ptr<InputReader> reader(new InputReader(format, options, name));
  auto bytes = TRY(inflate(std::move(stored), compression, name));
  if (format.name == "csv") bytes = TRY(to_utf8(std::move(bytes), options.csv.encoding, name));
  const BlockLimits limits;
  reader->blocks_ = std::make_unique<BlockReader>(std::move(bytes), format.framing(options), limits,
                                                  std::make_shared<BufferPool>(limits.block_bytes));
  return reader;
}

Result<std::optional<RawBlock>> InputReader::read_block() {
  while (!ended_) {
    auto block = TRY(blocks_->next().within("reading " + name_));
    ended_ = !block.has_value();
    if (ended_) break;
    if (!head_ && block->fault.empty()) {
      head_ = TRY(format_.head(block->bytes, options_).within("reading " + name_));
      if (!trim(block->bytes.substr(0, head_->bytes)).empty()) content_ = Content::HeadOnly;
      block->offset += head_->bytes;
      block->line += count_newlines(block->bytes.substr(0, head_->bytes));
      block->bytes.remove_prefix(head_->bytes);
    }
    // Line ends alone are no row in any format.
    if (block->bytes.find_first_not_of("\r\n") == std::string_view::npos) continue;
    content_ = Content::Rows;
    return block;
  }
  return std::optional<RawBlock>();
}

Result<model::Schema> InputReader::infer() {
  std::size_t bytes = 0;
  while (bytes < kSampleBytes) {
    auto block = TRY(read_block());
    if (!block) break;
    bytes += block->bytes.size();
    waiting_.push_back(*std::move(block));
  }
  std::vector<RawBlock> sample(std::make_move_iterator(waiting_.begin()),
                               std::make_move_iterator(waiting_.end()));
  auto schema = format_.infer(head_.value_or(Head{}), sample, options_).within("reading " + name_);
  waiting_.assign(std::make_move_iterator(sample.begin()), std::make_move_iterator(sample.end()));
  return schema;
}

Result<void> InputReader::decode_as(const model::Schema& schema, const std::vector<JsonPath>& paths) {
  if (!head_ && waiting_.empty()) {
    if (auto block = TRY(read_block())) waiting_.push_back(*std::move(block));
  }
  decoder_ =
      TRY(format_.make_decoder(schema, paths, head_.value_or(Head{}), options_).within("reading " + name_));
  return {};
}

Result<std::optional<RawBlock>> InputReader::next() {
  if (waiting_.empty()) return read_block();
  std::optional<RawBlock> block(std::move(waiting_.front()));
  waiting_.pop_front();
  return block;
}

}  // namespace weir::formats

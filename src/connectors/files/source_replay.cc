// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "connectors/files/source_blocks.h"
#include "connectors/files/source_paths.h"

namespace weir::files {
namespace {

/// Rows from quarantine, a block each, so that every row keeps its own origin.
class Replay final : public sdk::Extraction {
 public:
  Replay(model::Schema schema, std::vector<std::unique_ptr<sdk::Block>> blocks, std::string hash,
         std::uint64_t bytes)
      : schema_(std::move(schema)), blocks_(std::move(blocks)), hash_(std::move(hash)), bytes_(bytes) {}

  const model::Schema& schema(std::size_t) const override { return schema_; }
  Result<std::unique_ptr<sdk::Block>> next() override {
    if (given_ == blocks_.size()) return std::unique_ptr<sdk::Block>();
    return std::move(blocks_[given_++]);
  }
  std::uint64_t bytes_read() const override { return given_ == blocks_.size() ? bytes_ : 0; }
  std::uint64_t bytes_total() const override { return bytes_; }
  std::string content_hash() const override { return hash_; }

 private:
  model::Schema schema_;
  std::vector<std::unique_ptr<sdk::Block>> blocks_;
  std::string hash_;
  std::uint64_t bytes_;
  std::size_t given_ = 0;
};

formats::RawBlock block_of(const sdk::Reject& row) {
  auto raw = formats::RawBlock::copy_of(row.bytes + "\n");
  raw.offset = row.offset;
  raw.line = row.line;
  return raw;
}

/// The rows themselves as an input, for when the original is gone.
class KeptRows final : public formats::ByteSource {
 public:
  explicit KeptRows(const std::vector<const sdk::Reject*>& rows) {
    for (const auto* row : rows) text_ += row->bytes + "\n";
  }
  Result<std::size_t> read(char* to, std::size_t size) override {
    const auto count = text_.copy(to, size, used_);
    used_ += count;
    return count;
  }

 private:
  std::string text_;
  std::size_t used_ = 0;
};

/// Reads the head and the types from the original file when it still exists, as in the first run.
Result<std::unique_ptr<formats::InputReader>> original(const ReadPlan& plan, const std::string& input,
                                                       const std::vector<const sdk::Reject*>& rows) {
  auto file = formats::FileInput::open(in_project(plan.project_folder, input), nullptr);
  if (file.ok()) {
    return formats::InputReader::open(*plan.format, plan.options, plan.compression, *std::move(file), input);
  }
  if (file.error().code() != ErrorCode::NotFound || plan.format->has_head(plan.options)) {
    return Failure(std::move(file).error().within("reading the columns' names for a replay"));
  }
  return formats::InputReader::open(*plan.format, plan.options, formats::Compression::None,
                                    std::make_unique<KeptRows>(rows), input);
}

}  // namespace

Result<std::unique_ptr<sdk::Extraction>> open_replay(const ReadPlan& plan,
                                                     const std::vector<sdk::Reject>& rows) {
  std::map<std::string, std::vector<const sdk::Reject*>> by_input;
  for (const auto& row : rows) by_input[row.input].push_back(&row);
  auto schema = plan.options.columns;
  std::vector<std::unique_ptr<sdk::Block>> blocks;
  formats::ContentHash hash;
  std::uint64_t bytes = 0;
  for (const auto& [input, kept] : by_input) {
    auto reader = TRY(original(plan, input, kept));
    auto inferred = TRY(reader->infer());
    if (blocks.empty() && plan.paths.empty()) schema = std::move(inferred);
    TRY(reader->decode_as(schema, plan.paths));
    const auto name = std::make_shared<const std::string>(input);
    for (const auto* row : kept) {
      hash.update(row->bytes);
      hash.end_input();
      bytes += row->bytes.size();
      blocks.push_back(std::make_unique<TextBlock>(name, block_of(*row), reader->decoder()));
    }
  }
  return std::make_unique<Replay>(std::move(schema), std::move(blocks), hash.hex(), bytes);
}

}  // namespace weir::files

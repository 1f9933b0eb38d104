// SPDX-License-Identifier: Apache-2.0
// The blocks and extractions of the source of files and objects. Used by source.cc only.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "connectors/files/source_members.h"
#include "connectors/sdk/source.h"
#include "formats/content_hash.h"
#include "formats/input_reader.h"

namespace weir::files {

/// A block of text together with its decoder.
class TextBlock final : public sdk::Block {
 public:
  TextBlock(std::shared_ptr<const std::string> input, std::size_t stream, formats::RawBlock raw,
            std::shared_ptr<const formats::Decoder> decoder)
      : input_(std::move(input)), stream_(stream), raw_(std::move(raw)), decoder_(std::move(decoder)) {}
  std::size_t stream() const override { return stream_; }
  Result<void> decode(model::Batch& rows, std::vector<sdk::Reject>& rejects) const override;
  sdk::Reject reject(const model::RowOrigin& origin, std::string reason) const override;

 private:
  std::shared_ptr<const std::string> input_;  // shared by the blocks of one file
  std::size_t stream_;
  formats::RawBlock raw_;
  std::shared_ptr<const formats::Decoder> decoder_;
};

/// The columns of each table, found by a look at the first member of each that has rows.
Result<std::vector<model::Schema>> find_schemas(const ReadPlan& plan,
                                                const std::vector<sdk::InputStamp>& inputs);

/// Files of text, one after the other. The columns of a table are those of its first file with rows.
class TextExtraction final : public sdk::Extraction {
 public:
  static Result<std::unique_ptr<sdk::Extraction>> open(ReadPlan plan,
                                                       const std::vector<sdk::InputStamp>& inputs);

  const model::Schema& schema(std::size_t stream) const override { return schemas_[stream]; }
  Result<std::unique_ptr<sdk::Block>> next() override;
  std::uint64_t bytes_read() const override { return bytes_read_; }
  std::uint64_t bytes_total() const override { return bytes_total_; }
  std::string content_hash() const override { return hash_.hex(); }
  std::vector<std::string> warnings() const override;

 private:
  TextExtraction(ReadPlan plan, const std::vector<sdk::InputStamp>& inputs);
  Result<void> find_only_schema();
  Result<void> open_next();
  Result<std::unique_ptr<sdk::Block>> next_block();

  ReadPlan plan_;
  formats::ContentHash hash_;
  Members members_;
  std::optional<Member> member_;
  bool begun_ = false;
  std::uint64_t bytes_total_ = 0;
  std::atomic<std::uint64_t> bytes_read_ = 0;  // asked for by whoever shows progress
  std::vector<model::Schema> schemas_;
  std::vector<std::shared_ptr<const formats::Decoder>> decoders_;
};

/// Rows that were set aside, decoded once more from their kept bytes.
Result<std::unique_ptr<sdk::Extraction>> open_replay(const ReadPlan& plan,
                                                     const std::vector<sdk::Reject>& rows);

}  // namespace weir::files

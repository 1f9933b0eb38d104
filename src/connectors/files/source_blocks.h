// SPDX-License-Identifier: Apache-2.0
// The blocks and extractions of the `files` source. Used by source.cc only.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "connectors/sdk/source.h"
#include "formats/content_hash.h"
#include "formats/file_input.h"
#include "formats/input_reader.h"

namespace weir::files {

/// A block of text together with its decoder.
class TextBlock final : public sdk::Block {
 public:
  TextBlock(std::shared_ptr<const std::string> input, formats::RawBlock raw,
            std::shared_ptr<const formats::Decoder> decoder)
      : input_(std::move(input)), raw_(std::move(raw)), decoder_(std::move(decoder)) {}
  Result<void> decode(model::Batch& rows, std::vector<sdk::Reject>& rejects) const override;
  sdk::Reject reject(const model::RowOrigin& origin, std::string reason) const override;

 private:
  std::shared_ptr<const std::string> input_;  // shared by the blocks of one file
  formats::RawBlock raw_;
  std::shared_ptr<const formats::Decoder> decoder_;
};

/// How the files of one source are read.
struct ReadPlan {
  const formats::Format* format = nullptr;
  formats::ReadOptions options;
  formats::Compression compression = formats::Compression::Auto;
  std::vector<formats::JsonPath> paths;
  std::string project_folder;
};

/// "1643000000123456789", the modification time: the version in a file's InputStamp.
std::string version_of(const formats::FileStamp& stamp);

/// Text files, one after the other. The columns are those of the first file that has rows.
class TextExtraction final : public sdk::Extraction {
 public:
  static Result<std::unique_ptr<sdk::Extraction>> open(ReadPlan plan, std::vector<sdk::InputStamp> inputs);

  const model::Schema& schema(std::size_t) const override { return schema_; }
  Result<std::unique_ptr<sdk::Block>> next() override;
  std::uint64_t bytes_read() const override { return bytes_read_; }
  std::uint64_t bytes_total() const override;
  std::string content_hash() const override { return hash_.hex(); }
  std::vector<std::string> warnings() const override;

 private:
  TextExtraction(ReadPlan plan, std::vector<sdk::InputStamp> inputs)
      : plan_(std::move(plan)), inputs_(std::move(inputs)) {}
  Result<bool> open_next();
  Result<void> find_schema();
  Result<std::unique_ptr<sdk::Block>> next_block();
  Failure cause(const Error& error) const;

  ReadPlan plan_;
  std::vector<sdk::InputStamp> inputs_;
  std::size_t opened_ = 0;
  formats::ContentHash hash_;
  std::uint64_t bytes_before_ = 0;
  std::atomic<std::uint64_t> bytes_read_ = 0;  // asked for by whoever shows progress
  const formats::FileInput* file_ = nullptr;   // owned by reader_
  std::unique_ptr<formats::InputReader> reader_;
  std::shared_ptr<const std::string> name_;
  model::Schema schema_;
  std::vector<std::shared_ptr<const formats::Decoder>> decoders_;
};

/// Rows that were set aside, decoded once more from their kept bytes.
Result<std::unique_ptr<sdk::Extraction>> open_replay(const ReadPlan& plan,
                                                     const std::vector<sdk::Reject>& rows);

}  // namespace weir::files

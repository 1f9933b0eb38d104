// SPDX-License-Identifier: Apache-2.0
// Reads one input from stored bytes to blocks with their decoder. Used by every source that reads
// files or objects. One thread at a time; the blocks' decoders may run on others.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/block_reader.h"
#include "formats/format.h"
#include "formats/inflate.h"

namespace weir::formats {

class InputReader {
 public:
  /// What there was in an input.
  enum class Content {
    Nothing,   ///< no byte but blanks and line ends
    HeadOnly,  ///< the names of columns and no row
    Rows,
  };

  /// Begins to read `stored`, which is called `name` in messages.
  static Result<std::unique_ptr<InputReader>> open(const Format& format, const ReadOptions& options,
                                                   Compression compression,
                                                   std::unique_ptr<ByteSource> stored,
                                                   const std::string& name);

  /// The columns that the first rows suggest. Asks for at most kSampleBytes, which next() gives again.
  Result<model::Schema> infer();
  /// Whether the input has no rows; meaningful after infer() or at the end.
  bool is_empty() const { return waiting_.empty() && ended_; }
  /// What was there so far; final when next() gave nothing.
  Content content() const { return content_; }
  /// Says what the rows are to become. Called once, before next().
  Result<void> decode_as(const model::Schema& schema, const std::vector<JsonPath>& paths);
  /// The next block without the input's head; nothing at the end.
  Result<std::optional<RawBlock>> next();
  /// Serves all blocks of this input, also after the reader is gone.
  const std::shared_ptr<const Decoder>& decoder() const { return decoder_; }

 private:
  InputReader(const Format& format, const ReadOptions& options, std::string name)
      : format_(format), options_(options), name_(std::move(name)) {}
  Result<std::optional<RawBlock>> read_block();

  const Format& format_;
  ReadOptions options_;
  std::string name_;
  std::unique_ptr<BlockReader> blocks_;
  std::deque<RawBlock> waiting_;
  std::optional<Head> head_;
  Content content_ = Content::Nothing;
  bool ended_ = false;
  std::shared_ptr<const Decoder> decoder_;
};

}  // namespace weir::formats

// SPDX-License-Identifier: Apache-2.0
// Rows of JSON gathered into blocks of about a megabyte, one row a line, and the blocks decoded by workers.
// Used inside this folder only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/looker/stream.h"
#include "connectors/sdk/source.h"
#include "formats/block.h"
#include "formats/content_hash.h"
#include "formats/decoder.h"

namespace weir::looker {

/// What the blocks of a stream have in common.
struct StreamFacts {
  std::size_t number = 0;
  std::string input;
  model::Schema schema;
  std::shared_ptr<const formats::Decoder> decoder;  ///< shared by all blocks, on any thread
  std::optional<Timestamp> read_at{};               ///< of the last column, when the stream has one
};

std::shared_ptr<const StreamFacts> facts_of(std::size_t number, const Stream& stream,
                                            const std::string& input, Timestamp now);

/// Gathers the rows of one stream after the other. One thread.
class BlockBuilder {
 public:
  BlockBuilder();

  /// Begins the rows of a stream; take() has emptied the last one.
  void begin();
  void add(std::string_view row);
  bool is_full() const { return size_ >= kBlockBytes; }
  bool is_empty() const { return size_ == 0; }
  /// What was gathered.
  formats::RawBlock take();

  std::string content_hash() const { return hash_.hex(); }

 private:
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 20U;

  void grow(std::size_t wanted);

  std::shared_ptr<formats::BufferPool> pool_;  // shared with buffers that are under way
  formats::Buffer buffer_;
  std::size_t size_ = 0;
  std::uint64_t rows_ = 0;         ///< in this block
  std::uint64_t rows_before_ = 0;  ///< of the stream, in earlier blocks
  std::uint64_t bytes_before_ = 0;
  formats::ContentHash hash_;
};

std::unique_ptr<sdk::Block> make_block(std::shared_ptr<const StreamFacts> facts, formats::RawBlock raw);

/// Rows that were set aside.
Result<std::unique_ptr<sdk::Extraction>> extract_again(
    std::vector<std::shared_ptr<const StreamFacts>> streams, const std::vector<sdk::Reject>& rows);

}  // namespace weir::looker

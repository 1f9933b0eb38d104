// SPDX-License-Identifier: Apache-2.0
// Cuts a byte stream into blocks at record ends. Used by input_reader.h. One thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "formats/block.h"
#include "formats/byte_source.h"

namespace weir::formats {

/// How the records of a format end.
struct Framing {
  enum class Records {
    Lines,    ///< at every newline
    Quoted,   ///< at newlines outside of quotes; a quote opens only at the start of a field
    Escaped,  ///< likewise, and behind no backslash, whether in quotes or not
  };
  Records records = Records::Lines;
  char quote = '"';   ///< of Escaped: 0 when quotes mean nothing
  char escape = '"';  ///< the same as `quote`: a quote is doubled inside quotes
  char delimiter = ',';
};

struct BlockLimits {
  std::size_t block_bytes = std::size_t{1} << 20;
  /// A record that is longer is cut off: its beginning becomes a block with a fault.
  std::size_t record_bytes = std::size_t{64} << 20;
};

class BlockReader {
 public:
  BlockReader(std::unique_ptr<ByteSource> source, Framing framing, BlockLimits limits,
              std::shared_ptr<BufferPool> pool);

  /// The next block; nothing at the end. A byte order mark in front of the input is left out. The
  /// last record may lack its newline. A record whose quote is never closed is cut after its first
  /// physical line, so that the lines behind it are still read.
  Result<std::optional<RawBlock>> next();

 private:
  Result<void> fill();
  Result<RawBlock> cut_off_long_record();
  RawBlock emit(std::size_t end);
  Result<void> skip_byte_order_mark();
  std::string_view filled() const { return {buffer_.data(), size_}; }

  std::unique_ptr<ByteSource> source_;
  Framing framing_;
  BlockLimits limits_;
  std::shared_ptr<BufferPool> pool_;
  Buffer buffer_;  // bytes from offset_ on, size_ of them
  std::size_t size_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t line_ = 1;
  bool started_ = false;
  bool ended_ = false;  // the source gave its last byte
};

/// How many newlines the bytes hold.
std::size_t count_newlines(std::string_view bytes);

}  // namespace weir::formats

// SPDX-License-Identifier: Apache-2.0
#include "formats/block_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "formats/framing.h"

namespace weir::formats {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::size_t kKeptOfLongRecord = 4096;

}  // namespace

std::size_t count_newlines(std::string_view bytes) {
  // Counting in bytes, 255 steps at most, is what the compiler turns into vector code.
  constexpr std::size_t kLanes = 32;
  std::size_t total = 0;
  std::size_t at = 0;
  while (at + kLanes <= bytes.size()) {
    std::uint8_t lanes[kLanes] = {};
    const auto steps = std::min<std::size_t>(255, (bytes.size() - at) / kLanes);
    for (std::size_t step = 0; step < steps; ++step, at += kLanes) {
      for (std::size_t i = 0; i < kLanes; ++i) {
        lanes[i] = static_cast<std::uint8_t>(lanes[i] + (bytes[at + i] == '\n' ? 1 : 0));
      }
    }
    for (const auto lane : lanes) total += lane;
  }
  return total + static_cast<std::size_t>(
                     std::count(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end(), '\n'));
}

BlockReader::BlockReader(std::unique_ptr<ByteSource> source, Framing framing, BlockLimits limits,
                         std::shared_ptr<BufferPool> pool)
    : source_(std::move(source)), framing_(framing), limits_(limits), pool_(std::move(pool)) {}

Result<std::optional<RawBlock>> BlockReader::next() {
  if (!started_) TRY(skip_byte_order_mark());
  RecordScanner scanner(framing_);
  while (true) {
    TRY(fill());
    scanner.scan(filled(), ended_);
    if (ended_ && !scanner.inside_quotes()) break;
    if (scanner.last_end() > 0) return emit(scanner.last_end());
    const bool too_long = size_ >= limits_.record_bytes;
    if (scanner.inside_quotes() && (ended_ || too_long)) {
      const auto line_end = filled().find('\n');
      if (line_end != std::string_view::npos) return emit(line_end + 1);
      if (ended_) break;
    }
    if (too_long) return TRY(cut_off_long_record());
    auto larger = pool_->take(std::min(buffer_.capacity() * 2, limits_.record_bytes));
    std::memcpy(larger.data(), buffer_.data(), size_);
    buffer_ = std::move(larger);
  }
  if (size_ == 0) return std::optional<RawBlock>();
  return emit(size_);
}

Result<void> BlockReader::skip_byte_order_mark() {
  started_ = true;
  buffer_ = pool_->take(limits_.block_bytes);
  TRY(fill());
  if (!filled().starts_with(kByteOrderMark)) return {};
  offset_ = kByteOrderMark.size();
  size_ -= kByteOrderMark.size();
  std::memmove(buffer_.data(), buffer_.data() + kByteOrderMark.size(), size_);
  return {};
}

/// Reads until the buffer is full or the source ends.
Result<void> BlockReader::fill() {
  while (!ended_ && size_ < buffer_.capacity()) {
    const auto count = TRY(source_->read(buffer_.data() + size_, buffer_.capacity() - size_));
    ended_ = count == 0;
    size_ += count;
  }
  return {};
}

/// Hands out the first `end` bytes and moves the rest into a new buffer.
RawBlock BlockReader::emit(std::size_t end) {
  const auto rest = size_ - end;
  auto next = pool_->take(std::max(limits_.block_bytes, rest));
  std::memcpy(next.data(), buffer_.data() + end, rest);
  RawBlock block;
  block.bytes = {buffer_.data(), end};
  std::memset(buffer_.data() + end, 0, kPadding);
  block.buffer = std::move(buffer_);
  block.offset = offset_;
  block.line = line_;
  offset_ += end;
  line_ += count_newlines(block.bytes);
  buffer_ = std::move(next);
  size_ = rest;
  return block;
}

/// Keeps the beginning of the record for the person who looks for it and skips to the next line.
Result<RawBlock> BlockReader::cut_off_long_record() {
  RawBlock block = RawBlock::copy_of(filled().substr(0, kKeptOfLongRecord));
  block.offset = offset_;
  block.line = line_;
  block.fault = fmt::format("the record is longer than {} MiB; only its first {} bytes are kept here",
                            limits_.record_bytes >> 20U, with_thousands(block.bytes.size()));
  auto newline = std::string_view::npos;
  while (newline == std::string_view::npos && !(ended_ && size_ == 0)) {
    offset_ += size_;
    line_ += count_newlines(filled());
    size_ = 0;
    TRY(fill());
    newline = filled().find('\n');
  }
  if (newline == std::string_view::npos) return block;
  const auto skipped = newline + 1;
  offset_ += skipped;
  ++line_;
  size_ -= skipped;
  std::memmove(buffer_.data(), buffer_.data() + skipped, size_);
  return block;
}

}  // namespace weir::formats

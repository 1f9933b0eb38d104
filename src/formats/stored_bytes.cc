// SPDX-License-Identifier: Apache-2.0
#include "formats/stored_bytes.h"

#include <algorithm>
#include <cstring>

namespace weir::formats {
namespace {
constexpr std::size_t kInputBytes = std::size_t{256} * 1024;
constexpr std::size_t kGivenBack = 8;
}  // namespace

StoredBytes::StoredBytes(std::unique_ptr<ByteSource> source, std::string name)
    : source_(std::move(source)), name_(std::move(name)), buffer_(kInputBytes + kGivenBack) {}

Result<bool> StoredBytes::fill() {
  if (ended_) return false;
  const auto kept = std::min(start_, kGivenBack);
  std::memmove(buffer_.data(), buffer_.data() + start_ - kept, kept + size_);
  start_ = kept;
  const auto used = start_ + size_;
  if (used == buffer_.size()) return true;
  const auto count = TRY(source_->read(buffer_.data() + used, buffer_.size() - used));
  size_ += count;
  ended_ = count == 0;
  return !ended_;
}

Result<void> StoredBytes::look_ahead(std::size_t wanted) {
  while (size_ < wanted && TRY(fill())) {
  }
  return {};
}

Failure cut_short(const StoredBytes& input, std::string_view kind) {
  return fail(ErrorCode::DataMismatch,
              "{} is cut short: the {} data ends at byte {} in the middle of a stream; copy the file again",
              input.name(), kind, input.position());
}

Failure corrupt(const StoredBytes& input, std::string_view kind, std::string_view detail) {
  return fail(ErrorCode::DataMismatch, "{} is corrupt: bad {} data near byte {} ({}); copy the file again",
              input.name(), kind, input.position(), detail);
}

}  // namespace weir::formats

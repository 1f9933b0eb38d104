// SPDX-License-Identifier: Apache-2.0
// The layout: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
#include "formats/zip_walk.h"

#include <fmt/format.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>
#include <map>

#include "formats/stored_bytes.h"

namespace weir::formats {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kDirectoryHeader = 0x02014b50;
constexpr std::uint32_t kLargeEnd = 0x06064b50;
constexpr std::uint32_t kLargeEndLocator = 0x07064b50;
constexpr std::uint32_t kEnd = 0x06054b50;
constexpr std::uint32_t kDescriptor = 0x08074b50;
constexpr std::uint32_t kInExtraField = 0xffffffff;

std::uint64_t little_endian(std::string_view bytes, std::size_t offset, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(bytes[offset + i])} << (8 * i);
  }
  return value;
}

/// A local header without its signature.
struct LocalHeader {
  enum class Sizes { Here, Behind } sizes = Sizes::Here;  ///< behind the data, in a descriptor
  std::uint64_t method = 0;
  std::uint32_t checksum = 0;
  std::uint64_t stored = 0;
  std::uint64_t inflated = 0;
};

class ZipWalk final : public ArchiveWalk {
 public:
  ZipWalk(std::unique_ptr<ByteSource> stored, std::shared_ptr<InflationMeter> meter, std::string name)
      : input_(std::move(stored), std::move(name)), meter_(std::move(meter)) {}

  Result<std::optional<Entry>> next() override {
    std::array<char, std::size_t{64} * 1024> scratch{};
    while (open_ && TRY(read(scratch.data(), scratch.size())) > 0) {
    }
    const auto signature = TRY(take_signature());
    if (signature == kLocalHeader) return open_entry();
    TRY(read_directory(signature));
    return std::optional<Entry>();
  }

  Result<std::size_t> read(char* to, std::size_t size) override {
    if (!open_) return std::size_t{0};
    const auto count = TRY(header_.method == 0 ? copy(to, size) : inflate(to, size));
    checksum_ = crc32_gzip_refl(checksum_, reinterpret_cast<unsigned char*>(to), count);
    inflated_ += count;
    TRY(meter_->inflated(count));
    if (count == 0) TRY(close_entry());
    return count;
  }

 private:
  Failure bad(std::string_view detail) const { return corrupt(input_, "zip", detail); }

  Result<std::string_view> look(std::size_t size) {
    TRY(input_.look_ahead(size));
    if (input_.ahead().size() < size) return cut_short(input_, "zip");
    return input_.ahead().substr(0, size);
  }
  Result<std::string> take(std::size_t size) {
    std::string text;
    while (text.size() < size) {
      if (input_.ahead().empty() && !TRY(input_.fill())) return cut_short(input_, "zip");
      const auto piece = input_.ahead().substr(0, size - text.size());
      text += piece;
      input_.consume(piece.size());
    }
    return text;
  }
  Result<std::uint32_t> take_signature() {
    return static_cast<std::uint32_t>(little_endian(TRY(take(4)), 0, 4));
  }

  Result<std::optional<Entry>> open_entry() {
    const auto fixed = TRY(take(26));
    const auto flags = little_endian(fixed, 2, 2);
    header_ = {};
    header_.method = little_endian(fixed, 4, 2);
    header_.checksum = static_cast<std::uint32_t>(little_endian(fixed, 10, 4));
    header_.stored = little_endian(fixed, 14, 4);
    header_.inflated = little_endian(fixed, 18, 4);
    if ((flags & 8U) != 0) header_.sizes = LocalHeader::Sizes::Behind;
    Entry entry;
    entry.path = TRY(take(little_endian(fixed, 22, 2)));
    TRY(read_large_sizes(TRY(take(little_endian(fixed, 24, 2)))));
    TRY(check_readable(entry.path, flags));
    if (entry.path.ends_with('/')) entry.kind = Kind::Folder;
    if (!local_.emplace(entry.path, Told::ByItself).second)
      return bad("two entries of one name: " + entry.path);
    open_ = true;
    inflated_ = 0;
    consumed_ = 0;
    checksum_ = 0;
    isal_inflate_init(&state_);
    state_.crc_flag = ISAL_DEFLATE;
    return std::optional<Entry>(std::move(entry));
  }

  /// Sizes beyond 32 bits stand in an extra field.
  Result<void> read_large_sizes(std::string_view extra) {
    while (extra.size() >= 4) {
      const auto id = little_endian(extra, 0, 2);
      const auto size = static_cast<std::size_t>(little_endian(extra, 2, 2));
      if (size > extra.size() - 4) return bad("an extra field is longer than all of them");
      auto field = extra.substr(4, size);
      extra.remove_prefix(4 + size);
      if (id != 1) continue;
      for (auto* value : {&header_.inflated, &header_.stored}) {
        if (*value != kInExtraField) continue;
        if (field.size() < 8) return bad("a large size is missing");
        *value = little_endian(field, 0, 8);
        field.remove_prefix(8);
      }
    }
    return {};
  }

  Result<void> check_readable(const std::string& path, std::uint64_t flags) const {
    if ((flags & 1U) != 0) {
      return fail(ErrorCode::DataMismatch,
                  "{}: the entry {} is encrypted; archives without a password are read", input_.name(), path);
    }
    if (header_.method != 0 && header_.method != 8) {
      return fail(ErrorCode::DataMismatch,
                  "{}: the entry {} is packed by method {}; only deflate (8) and none (0) are read",
                  input_.name(), path, header_.method);
    }
    if (header_.method == 0 && header_.sizes == LocalHeader::Sizes::Behind) {
      return fail(
          ErrorCode::DataMismatch,
          "{}: the entry {} is not packed and its header does not tell its size, so its end cannot be "
          "found; pack it by deflate",
          input_.name(), path);
    }
    return {};
  }

  Result<std::size_t> copy(char* to, std::size_t size) {
    const auto left = header_.stored - consumed_;
    if (left == 0) return std::size_t{0};
    if (input_.ahead().empty() && !TRY(input_.fill())) return cut_short(input_, "zip");
    const auto count = input_.ahead().copy(to, static_cast<std::size_t>(std::min<std::uint64_t>(size, left)));
    input_.consume(count);
    consumed_ += count;
    return count;
  }

  Result<std::size_t> inflate(char* to, std::size_t size) {
    state_.next_out = reinterpret_cast<std::uint8_t*>(to);
    state_.avail_out = static_cast<std::uint32_t>(std::min<std::size_t>(size, std::size_t{1} << 30));
    const auto room = state_.avail_out;
    while (state_.avail_out == room && state_.block_state != ISAL_BLOCK_FINISH) {
      // What is still to be written may lie in the state, so the call comes before the question
      // whether there is more input.
      const auto ahead = input_.ahead();
      // The library reads through a pointer to non-const, but does not write.
      state_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(ahead.data()));
      state_.avail_in = static_cast<std::uint32_t>(ahead.size());
      const int code = isal_inflate(&state_);
      const auto used = ahead.size() - state_.avail_in;
      input_.consume(used);
      consumed_ += used;
      if (code != ISAL_DECOMP_OK && code != ISAL_END_INPUT && code != ISAL_OUT_OVERFLOW)
        return bad("bad block");
      const bool stuck = state_.avail_out == room && used == 0 && state_.block_state != ISAL_BLOCK_FINISH;
      if (stuck && !TRY(input_.fill())) return cut_short(input_, "zip");
    }
    return room - state_.avail_out;
  }

  Result<void> close_entry() {
    open_ = false;
    if (header_.method == 8) {
      // The library reads ahead by whole bytes, which belong to what follows.
      const auto unread = static_cast<std::size_t>(std::max(state_.read_in_length, 0)) / 8;
      input_.give_back(unread);
      consumed_ -= unread;
    }
    if (header_.sizes == LocalHeader::Sizes::Behind) return read_descriptor();
    if (checksum_ != header_.checksum) return bad("the checksum does not match");
    if (consumed_ != header_.stored || inflated_ != header_.inflated) return bad("the sizes do not match");
    return {};
  }

  /// The descriptor may have a signature, and sizes of four or eight bytes: nothing tells which, but
  /// only one way of reading it fits what was inflated.
  Result<void> read_descriptor() {
    for (const std::size_t signature : {4U, 0U}) {
      for (const std::size_t width : {4U, 8U}) {
        const auto size = signature + 4 + 2 * width;
        TRY(input_.look_ahead(size));
        const auto bytes = input_.ahead();
        if (bytes.size() < size) continue;
        if (signature != 0 && little_endian(bytes, 0, 4) != kDescriptor) continue;
        const auto at = signature + 4;
        if (little_endian(bytes, signature, 4) != checksum_ || little_endian(bytes, at, width) != consumed_ ||
            little_endian(bytes, at + width, width) != inflated_) {
          continue;
        }
        input_.consume(size);
        return {};
      }
    }
    if (input_.ahead().size() < 16) return cut_short(input_, "zip");
    return bad("the checksum or the sizes do not match");
  }

  Result<void> read_directory(std::uint32_t signature) {
    while (signature == kDirectoryHeader) {
      TRY(read_directory_entry());
      signature = TRY(take_signature());
    }
    if (signature == kLargeEnd) {
      const auto size = little_endian(TRY(take(8)), 0, 8);
      if (size > std::uint64_t{1} << 16U) return bad("the record of the end is too long");
      TRY(take(static_cast<std::size_t>(size)));
      signature = TRY(take_signature());
    }
    if (signature == kLargeEndLocator) {
      TRY(take(16));
      signature = TRY(take_signature());
    }
    if (signature != kEnd) return bad("neither an entry nor the directory begins here");
    const auto end = TRY(take(18));
    TRY(take(static_cast<std::size_t>(little_endian(end, 16, 2))));
    if (TRY(input_.fill()) || !input_.ahead().empty())
      return bad("something else follows the end of the archive");
    for (const auto& [path, told] : local_) {
      if (told == Told::ByItself) return bad("the directory does not tell of the entry " + path);
    }
    return {};
  }

  /// The directory says what a header before the data does not: whether an entry is a link.
  Result<void> read_directory_entry() {
    const auto fixed = TRY(take(42));
    const auto path = TRY(take(static_cast<std::size_t>(little_endian(fixed, 24, 2))));
    TRY(take(static_cast<std::size_t>(little_endian(fixed, 26, 2) + little_endian(fixed, 28, 2))));
    const auto found = local_.find(path);
    if (found == local_.end() || found->second == Told::ByBoth) {
      return bad("the directory tells of an entry that is not there: " + path);
    }
    found->second = Told::ByBoth;
    constexpr std::uint64_t kUnix = 3;
    constexpr std::uint64_t kTypeBits = 0170000;
    constexpr std::uint64_t kLink = 0120000;
    const auto mode = little_endian(fixed, 34, 4) >> 16U;
    if (little_endian(fixed, 1, 1) == kUnix && (mode & kTypeBits) == kLink) {
      return fail(ErrorCode::DataMismatch, "{}: the entry {} is a link, so the archive is not read",
                  input_.name(), path);
    }
    return {};
  }

  enum class Told { ByItself, ByBoth };

  StoredBytes input_;
  std::shared_ptr<InflationMeter> meter_;  // shared with the archive
  LocalHeader header_;
  bool open_ = false;
  inflate_state state_{};
  std::uint32_t checksum_ = 0;
  std::uint64_t consumed_ = 0;
  std::uint64_t inflated_ = 0;
  std::map<std::string, Told> local_;  // every entry that came
};

}  // namespace

std::unique_ptr<ArchiveWalk> make_zip_walk(std::unique_ptr<ByteSource> stored,
                                           std::shared_ptr<InflationMeter> meter, const std::string& name) {
  return std::make_unique<ZipWalk>(std::move(stored), std::move(meter), name);
}

}  // namespace weir::formats

// SPDX-License-Identifier: Apache-2.0
// The layout: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html (ustar and pax) and
// https://www.gnu.org/software/tar/manual/html_node/Standard.html (GNU's additions).
#include "formats/tar_walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace weir::formats {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::uint64_t kLongestExtension = std::uint64_t{1} << 20;

using Block = std::array<char, kBlock>;

std::string_view field(const Block& block, std::size_t offset, std::size_t size) {
  const std::string_view whole(block.data() + offset, size);
  return whole.substr(0, std::min(whole.find('\0'), size));
}

/// Octal digits, or binary when the first bit is set, as GNU writes large sizes.
std::optional<std::uint64_t> number(const Block& block, std::size_t offset, std::size_t size) {
  std::uint64_t value = 0;
  if ((static_cast<unsigned char>(block[offset]) & 0x80U) != 0) {
    for (std::size_t i = 0; i < size; ++i) {
      const auto byte = static_cast<unsigned char>(block[offset + i]);
      if (value >> 55U != 0) return std::nullopt;
      value = value << 8U | (i == 0 ? byte & 0x7fU : byte);
    }
    return value;
  }
  auto digits = field(block, offset, size);
  const auto start = digits.find_first_not_of(' ');
  if (start == std::string_view::npos) return 0;
  digits.remove_prefix(start);
  digits = digits.substr(0, digits.find(' '));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

bool checksum_fits(const Block& block) {
  constexpr std::size_t kAt = 148;
  constexpr std::size_t kSize = 8;
  const auto wanted = number(block, kAt, kSize);
  std::int64_t plain = 0;
  std::int64_t with_signs = 0;  // as some old programs add them up
  for (std::size_t i = 0; i < kBlock; ++i) {
    const char c = i >= kAt && i < kAt + kSize ? ' ' : block[i];
    plain += static_cast<unsigned char>(c);
    with_signs += static_cast<signed char>(c);
  }
  return wanted &&
         (static_cast<std::int64_t>(*wanted) == plain || static_cast<std::int64_t>(*wanted) == with_signs);
}

/// What an extended header says of the entry behind it.
struct Extended {
  std::string path;
  std::optional<std::uint64_t> size;
  bool sparse = false;
};

class TarWalk final : public ArchiveWalk {
 public:
  TarWalk(std::unique_ptr<ByteSource> bytes, std::string name)
      : bytes_(std::move(bytes)), name_(std::move(name)) {}

  Result<std::optional<Entry>> next() override {
    TRY(skip(left_ + padding_));
    left_ = padding_ = 0;
    Extended extended;
    while (true) {
      Block header{};
      if (!TRY(read_header(header))) return std::optional<Entry>();
      const auto size = number(header, 124, 12);
      if (!size) return corrupt("an entry's size cannot be read");
      const char type = header[156];
      if (type == 'L' || type == 'x') {
        TRY(extend(extended, type, *size));
        continue;
      }
      if (type == 'K' || type == 'g' || type == 'V') {  // a link's target, defaults, the volume's name
        TRY(skip(padded(*size)));
        continue;
      }
      return entry(header, type, *size, extended);
    }
  }

  Result<std::size_t> read(char* to, std::size_t size) override {
    if (left_ == 0) return std::size_t{0};
    const auto count = TRY(bytes_->read(to, static_cast<std::size_t>(std::min<std::uint64_t>(size, left_))));
    if (count == 0) return cut_short();
    left_ -= count;
    position_ += count;
    return count;
  }

 private:
  static std::uint64_t padded(std::uint64_t size) { return (size + kBlock - 1) / kBlock * kBlock; }

  Failure cut_short() const {
    return fail(ErrorCode::DataMismatch,
                "{} is cut short: the tar data ends at byte {} (inflated); copy the file again", name_,
                position_);
  }
  Failure corrupt(std::string_view detail) const {
    return fail(ErrorCode::DataMismatch,
                "{} is no good tar archive: {} near byte {} (inflated); copy the file again", name_, detail,
                position_);
  }

  Result<std::optional<Entry>> entry(const Block& header, char type, std::uint64_t size, Extended& extended) {
    Entry found;
    found.path = std::move(extended.path);
    if (found.path.empty()) {
      const auto prefix = std::memcmp(header.data() + 257, "ustar", 6) == 0 ? field(header, 345, 155) : "";
      if (!prefix.empty()) found.path = std::string(prefix) + "/";
      found.path += field(header, 0, 100);
    }
    switch (type) {
      case '0':
      case '\0':
      case '7':
        // Before ustar a slash at the end made a folder.
        found.kind = found.path.ends_with('/') ? Kind::Folder : Kind::File;
        break;
      case '5':
        found.kind = Kind::Folder;
        break;
      case '1':
      case '2':
        found.kind = Kind::Link;
        break;
      default:
        found.kind = Kind::Other;
    }
    if (extended.sparse) found.kind = Kind::Other;
    left_ = extended.size.value_or(size);
    if (left_ > std::uint64_t{1} << 60U) return corrupt("an entry's size is out of reason");
    padding_ = padded(left_) - left_;
    return std::optional<Entry>(std::move(found));
  }

  /// Fills the buffer; says how many bytes there were.
  Result<std::size_t> read_whole(char* to, std::size_t size) {
    std::size_t done = 0;
    while (done < size) {
      const auto count = TRY(bytes_->read(to + done, size - done));
      if (count == 0) break;
      done += count;
    }
    position_ += done;
    return done;
  }

  Result<void> skip(std::uint64_t count) {
    std::array<char, std::size_t{64} * 1024> scratch{};
    while (count > 0) {
      const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(count, scratch.size()));
      if (TRY(read_whole(scratch.data(), piece)) < piece) return cut_short();
      count -= piece;
    }
    return {};
  }

  /// Reads a header; false at the archive's end, which a block of zeros marks.
  Result<bool> read_header(Block& header) {
    if (TRY(read_whole(header.data(), kBlock)) < kBlock) return cut_short();
    const auto is_zero = [](const Block& block) {
      return std::all_of(block.begin(), block.end(), [](char c) { return c == '\0'; });
    };
    if (!is_zero(header)) {
      if (!checksum_fits(header)) return corrupt("the checksum of an entry's header does not match");
      return true;
    }
    while (const auto size = TRY(read_whole(header.data(), kBlock))) {
      std::fill(header.begin() + static_cast<std::ptrdiff_t>(size), header.end(), '\0');
      if (!is_zero(header)) return corrupt("something else follows the end of the archive");
    }
    return false;
  }

  /// Reads what stands between a special header and the entry that it speaks of.
  Result<void> extend(Extended& extended, char type, std::uint64_t size) {
    if (size > kLongestExtension) return corrupt("an extended header is longer than 1 MiB");
    std::string text(static_cast<std::size_t>(padded(size)), '\0');
    if (TRY(read_whole(text.data(), text.size())) < text.size()) return cut_short();
    text.resize(static_cast<std::size_t>(size));
    if (type == 'x') return read_records(extended, text);
    extended.path = text.substr(0, text.find('\0'));
    return {};
  }

  /// Records of the form "<length> <key>=<value>\n".
  Result<void> read_records(Extended& extended, std::string_view text) {
    while (!text.empty() && text[0] != '\0') {
      std::size_t length = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
      const auto head = static_cast<std::size_t>(end - text.data()) + 1;
      if (error != std::errc() || length > text.size() || length <= head)
        return corrupt("a pax header is broken");
      const auto record = text.substr(head, length - head - 1);
      text.remove_prefix(length);
      const auto equals = record.find('=');
      if (equals == std::string_view::npos) return corrupt("a pax header is broken");
      const auto key = record.substr(0, equals);
      const auto value = record.substr(equals + 1);
      if (key == "path") extended.path = value;
      if (key.starts_with("GNU.sparse.")) extended.sparse = true;
      if (key != "size") continue;
      std::uint64_t size = 0;
      const auto parsed = std::from_chars(value.data(), value.data() + value.size(), size);
      if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size()) {
        return corrupt("a pax header is broken");
      }
      extended.size = size;
    }
    return {};
  }

  std::unique_ptr<ByteSource> bytes_;
  std::string name_;
  std::uint64_t position_ = 0;
  std::uint64_t left_ = 0;     // of this entry
  std::uint64_t padding_ = 0;  // behind it
};

}  // namespace

std::unique_ptr<ArchiveWalk> make_tar_walk(std::unique_ptr<ByteSource> bytes, const std::string& name) {
  return std::make_unique<TarWalk>(std::move(bytes), name);
}

}  // namespace weir::formats

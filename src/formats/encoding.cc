// SPDX-License-Identifier: Apache-2.0
#include "formats/encoding.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"

namespace weir::formats {
namespace {

struct Encoding {
  std::string_view name;
  const char* converter;  // iconv's name; null: UTF-8, nothing to do
};

constexpr std::array<Encoding, 9> kEncodings = {{{"utf-8", nullptr},
                                                 {"utf8", nullptr},
                                                 {"latin1", "ISO-8859-1"},
                                                 {"iso-8859-1", "ISO-8859-1"},
                                                 {"windows-1252", "CP1252"},
                                                 {"utf-16", "UTF-16"},
                                                 {"utf16", "UTF-16"},
                                                 {"utf-16le", "UTF-16LE"},
                                                 {"utf-16be", "UTF-16BE"}}};

const Encoding* find_encoding(const std::string& wanted) {
  const auto folded = lower(wanted);
  for (const auto& encoding : kEncodings) {
    if (encoding.name == folded) return &encoding;
  }
  return nullptr;
}

class ConvertedSource final : public ByteSource {
 public:
  ConvertedSource(std::unique_ptr<ByteSource> source, iconv_t converter, std::string name)
      : source_(std::move(source)), converter_(converter), name_(std::move(name)), buffer_(kBytes) {}
  ~ConvertedSource() override { iconv_close(converter_); }
  ConvertedSource(const ConvertedSource&) = delete;
  ConvertedSource& operator=(const ConvertedSource&) = delete;

  Result<std::size_t> read(char* to, std::size_t size) override {
    return size < kLongestCharacter || !few_.empty() ? read_few(to, size) : convert(to, size);
  }

 private:
  static constexpr std::size_t kBytes = std::size_t{64} * 1024;
  static constexpr std::size_t kLongestCharacter = 8;

  Result<std::size_t> convert(char* to, std::size_t size) {
    const auto wanted = size;
    while (size == wanted) {
      if (stuck_ || left_ == 0) {
        if (!TRY(fill())) return wanted - size;
      }
      char* from = buffer_.data() + start_;
      const auto before = left_;
      const auto code = iconv(converter_, &from, &left_, &to, &size);
      start_ += before - left_;
      position_ += before - left_;
      if (code != static_cast<std::size_t>(-1)) continue;
      if (errno == EILSEQ) return bad_bytes();
      stuck_ = errno == EINVAL;
    }
    return wanted - size;
  }

  /// A caller with less room than one character gets the bytes one after the other.
  Result<std::size_t> read_few(char* to, std::size_t size) {
    if (few_.empty()) {
      char bytes[kLongestCharacter];
      few_.assign(bytes, TRY(convert(bytes, sizeof bytes)));
    }
    const auto count = std::min(size, few_.size());
    std::memcpy(to, few_.data(), count);
    few_.erase(0, count);
    return count;
  }

  Result<bool> fill() {
    std::memmove(buffer_.data(), buffer_.data() + start_, left_);
    start_ = 0;
    const auto count = TRY(source_->read(buffer_.data() + left_, buffer_.size() - left_));
    if (count == 0 && left_ > 0) return bad_bytes();
    left_ += count;
    stuck_ = false;
    return count > 0;
  }

  Failure bad_bytes() const {
    return fail(ErrorCode::DataMismatch,
                "{} is not in the declared encoding: bad bytes at offset {}; check `encoding`", name_,
                position_);
  }

  std::unique_ptr<ByteSource> source_;
  iconv_t converter_;
  std::string name_;
  std::vector<char> buffer_;
  std::string few_;
  std::size_t start_ = 0;
  std::size_t left_ = 0;
  std::uint64_t position_ = 0;
  bool stuck_ = false;
};

}  // namespace

bool is_known_encoding(const std::string& encoding) { return find_encoding(encoding) != nullptr; }

Result<std::unique_ptr<ByteSource>> to_utf8(std::unique_ptr<ByteSource> source, const std::string& encoding,
                                            const std::string& name) {
  const auto* known = find_encoding(encoding);
  if (known == nullptr) {
    return fail(ErrorCode::InvalidConfig,
                "unknown encoding {}; use utf-8, latin1, windows-1252, utf-16, utf-16le or utf-16be",
                encoding);
  }
  if (known->converter == nullptr) return source;
  const auto converter = iconv_open("UTF-8", known->converter);
  // iconv_open reports failure with the pointer value -1.
  if (reinterpret_cast<std::intptr_t>(converter) == -1) {
    return fail(ErrorCode::Unsupported, "this system's iconv cannot convert from {}", encoding);
  }
  return std::make_unique<ConvertedSource>(std::move(source), converter, name);
}

}  // namespace weir::formats

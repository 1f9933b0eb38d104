// SPDX-License-Identifier: Apache-2.0
#include "formats/inflate.h"

#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include <cstdint>
#include <cstring>

#include "base/text.h"
#include "formats/stored_bytes.h"

namespace weir::formats {
namespace {

constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";

class PlainSource final : public ByteSource {
 public:
  explicit PlainSource(std::unique_ptr<ByteSource> source, std::string_view first)
      : source_(std::move(source)), first_(first) {}

  Result<std::size_t> read(char* to, std::size_t size) override {
    if (used_ == first_.size()) return source_->read(to, size);
    const auto count = std::min(size, first_.size() - used_);
    std::memcpy(to, first_.data() + used_, count);
    used_ += count;
    return count;
  }

 private:
  std::unique_ptr<ByteSource> source_;
  std::string first_;
  std::size_t used_ = 0;
};

std::string_view gzip_problem(int code) {
  switch (code) {
    case ISAL_INCORRECT_CHECKSUM:
      return "the checksum does not match";
    case ISAL_UNSUPPORTED_METHOD:
      return "unknown compression method";
    case ISAL_INVALID_WRAPPER:
      return "bad header";
    default:
      return "bad block";
  }
}

class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(StoredBytes input)
      : input_(std::move(input)), state_(std::make_unique<inflate_state>()) {
    start_member();
  }

  Result<std::size_t> read(char* to, std::size_t size) override {
    state_->next_out = reinterpret_cast<std::uint8_t*>(to);
    state_->avail_out = static_cast<std::uint32_t>(size);
    while (state_->avail_out == size && !ended_) {
      if (state_->block_state == ISAL_BLOCK_FINISH) {
        TRY(next_member());
        continue;
      }
      // What is still to be written may lie in the state, so the call comes before the question
      // whether there is more input.
      const auto before = input_.ahead().size();
      TRY(step());
      const bool stuck = state_->avail_out == size && input_.ahead().size() == before;
      if (!stuck || state_->block_state == ISAL_BLOCK_FINISH) continue;
      if (!TRY(input_.fill())) return cut_short(input_, "gzip");
    }
    return size - state_->avail_out;
  }

 private:
  void start_member() {
    isal_inflate_init(state_.get());
    state_->crc_flag = ISAL_GZIP;
  }

  Result<void> step() {
    const auto ahead = input_.ahead();
    // The library reads through a pointer to non-const, but does not write.
    state_->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(ahead.data()));
    state_->avail_in = static_cast<std::uint32_t>(ahead.size());
    const int code = isal_inflate(state_.get());
    input_.consume(ahead.size() - state_->avail_in);
    if (code == ISAL_DECOMP_OK || code == ISAL_END_INPUT || code == ISAL_OUT_OVERFLOW) return {};
    return corrupt(input_, "gzip", gzip_problem(code));
  }

  /// Behind a member comes another one, the end, or zeros that fill a tape block.
  Result<void> next_member() {
    TRY(input_.look_ahead(kGzipMagic.size()));
    if (input_.ahead().starts_with(kGzipMagic)) {
      auto* next_out = state_->next_out;
      const auto avail_out = state_->avail_out;
      start_member();
      state_->next_out = next_out;
      state_->avail_out = avail_out;
      return {};
    }
    if (!input_.ahead().empty() && kGzipMagic.starts_with(input_.ahead())) return cut_short(input_, "gzip");
    while (!input_.ahead().empty()) {
      if (input_.ahead().find_first_not_of('\0') != std::string_view::npos) {
        return corrupt(input_, "gzip", "something else follows the compressed data");
      }
      input_.consume(input_.ahead().size());
      TRY(input_.fill());
    }
    // The stored bytes' own check of the end must run even when nothing was left.
    TRY(input_.fill());
    ended_ = true;
    return {};
  }

  StoredBytes input_;
  std::unique_ptr<inflate_state> state_;
  bool ended_ = false;
};

class ZstdSource final : public ByteSource {
 public:
  explicit ZstdSource(StoredBytes input) : input_(std::move(input)), stream_(ZSTD_createDStream()) {}

  Result<std::size_t> read(char* to, std::size_t size) override {
    ZSTD_outBuffer out{to, size, 0};
    while (out.pos == 0) {
      if (input_.ahead().empty() && !TRY(input_.fill())) {
        if (frame_open_ && !TRY(step(out))) return cut_short(input_, "zstd");
        return out.pos;
      }
      TRY(step(out));
    }
    return out.pos;
  }

 private:
  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };

  /// Whether anything was written or a frame was ended.
  Result<bool> step(ZSTD_outBuffer& out) {
    const auto ahead = input_.ahead();
    ZSTD_inBuffer in{ahead.data(), ahead.size(), 0};
    const auto rest = ZSTD_decompressStream(stream_.get(), &out, &in);
    if (ZSTD_isError(rest) != 0) return corrupt(input_, "zstd", ZSTD_getErrorName(rest));
    input_.consume(in.pos);
    frame_open_ = rest != 0;
    return out.pos > 0 || !frame_open_;
  }

  StoredBytes input_;
  std::unique_ptr<ZSTD_DStream, Free> stream_;
  bool frame_open_ = false;
};

Compression detect(std::string_view first) {
  if (first.starts_with(kGzipMagic)) return Compression::Gzip;
  if (first.starts_with(kZstdMagic)) return Compression::Zstd;
  return Compression::None;
}

std::string_view magic(Compression compression) {
  return compression == Compression::Gzip ? kGzipMagic : kZstdMagic;
}

std::string_view word(Compression compression) { return compression == Compression::Gzip ? "gzip" : "zstd"; }

/// Whether the few bytes there are could be the start of what the name promises.
bool is_stump(std::string_view first, Compression promised) {
  return promised != Compression::None && first.size() < magic(promised).size() &&
         magic(promised).starts_with(first);
}

}  // namespace

Compression compression_of_name(std::string_view name) {
  const auto folded = lower(name);
  if (folded.ends_with(".gz") || folded.ends_with(".gzip")) return Compression::Gzip;
  if (folded.ends_with(".zst") || folded.ends_with(".zstd")) return Compression::Zstd;
  return Compression::None;
}

Result<std::unique_ptr<ByteSource>> inflate(std::unique_ptr<ByteSource> stored, Compression compression,
                                            const std::string& name) {
  if (compression == Compression::None) return stored;
  std::string first(kZstdMagic.size(), '\0');
  std::size_t size = 0;
  while (size < first.size()) {
    const auto count = TRY(stored->read(first.data() + size, first.size() - size));
    if (count == 0) break;
    size += count;
  }
  first.resize(size);
  const auto found = detect(first);
  const auto promised = compression == Compression::Auto ? compression_of_name(name) : compression;
  const bool wrong = compression != Compression::Auto && found != compression;
  auto whole = std::make_unique<PlainSource>(std::move(stored), first);
  if (found == Compression::None && !wrong && !is_stump(first, promised)) return whole;
  StoredBytes input(std::move(whole), name);
  if (is_stump(first, promised)) return cut_short(input, word(promised));
  if (wrong) {
    return fail(ErrorCode::DataMismatch, "{} is not {} data; leave `compression` out to have it detected",
                name, word(compression));
  }
  if (found == Compression::Gzip) return std::make_unique<GzipSource>(std::move(input));
  return std::make_unique<ZstdSource>(std::move(input));
}

}  // namespace weir::formats

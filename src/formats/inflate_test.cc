// SPDX-License-Identifier: Apache-2.0
#include "formats/inflate.h"

#include <gtest/gtest.h>
#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include <random>

#include "formats/testing_sources.h"

namespace weir::formats {
namespace {

std::string gzip(std::string text) {
  isal_zstream stream{};
  isal_deflate_stateless_init(&stream);
  std::string out(text.size() * 2 + 1024, '\0');
  stream.next_in = reinterpret_cast<std::uint8_t*>(text.data());
  stream.avail_in = static_cast<std::uint32_t>(text.size());
  stream.next_out = reinterpret_cast<std::uint8_t*>(out.data());
  stream.avail_out = static_cast<std::uint32_t>(out.size());
  stream.end_of_stream = 1;
  stream.gzip_flag = IGZIP_GZIP;
  EXPECT_EQ(isal_deflate_stateless(&stream), COMP_OK);
  out.resize(stream.total_out);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  out.resize(ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  return out;
}

struct Sizes {
  std::size_t piece = 1000;
  std::size_t read = 700;
};

/// What inflating gives; the error's message when it fails.
std::string inflated(const std::string& stored, Compression compression = Compression::Auto,
                     const std::string& name = "x.gz", Sizes sizes = {}) {
  auto source = inflate(std::make_unique<PieceSource>(stored, sizes.piece), compression, name);
  if (!source.ok()) return source.error().to_string();
  std::string out;
  std::string buffer(sizes.read, '\0');
  while (true) {
    const auto count = (*source)->read(buffer.data(), buffer.size());
    if (!count.ok()) {
      EXPECT_EQ(count.error().code(), ErrorCode::DataMismatch);
      return "error: " + count.error().message();
    }
    if (*count == 0) return out;
    out.append(buffer, 0, *count);
  }
}

std::string sample(std::size_t bytes) {
  std::mt19937 random(1);
  std::string text;
  while (text.size() < bytes) text += "some repeated text " + std::to_string(random() % 1000) + "\n";
  return text;
}

TEST(Inflate, detects_gzip_and_zstd_by_their_first_bytes) {
  const auto text = sample(5000);
  EXPECT_EQ(inflated(gzip(text), Compression::Auto, "no_extension"), text);
  EXPECT_EQ(inflated(zstd(text), Compression::Auto, "wrong.gz"), text);
  EXPECT_EQ(inflated("plain", Compression::Auto, "plain.gz"), "plain");
  EXPECT_EQ(inflated("", Compression::Auto, "x.jsonl"), "");
}

TEST(Inflate, reads_in_pieces_of_any_size) {
  const auto text = sample(3000);
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 64U, 5000U}) {
    for (const std::size_t read : {1U, 13U, 100'000U}) {
      EXPECT_EQ(inflated(gzip(text), Compression::Auto, "x", {piece, read}), text) << piece << " " << read;
      EXPECT_EQ(inflated(zstd(text), Compression::Auto, "x", {piece, read}), text) << piece << " " << read;
    }
  }
}

TEST(Inflate, reads_all_members_of_a_gzip_file_and_ignores_zeros_behind_them) {
  const auto members = gzip("one\n") + gzip("") + gzip("two\n");
  EXPECT_EQ(inflated(members), "one\ntwo\n");
  EXPECT_EQ(inflated(members, Compression::Auto, "x", {1, 1}), "one\ntwo\n");
  EXPECT_EQ(inflated(members + std::string(600, '\0')), "one\ntwo\n");
  EXPECT_EQ(inflated(zstd("one\n") + zstd("two\n")), "one\ntwo\n");
}

TEST(Inflate, refuses_every_truncation) {
  const auto text = sample(400);
  for (const auto& stored : {gzip(text), gzip("first") + gzip(text), zstd(text)}) {
    const auto whole = inflated(stored);
    for (std::size_t size = 0; size < stored.size(); ++size) {
      const auto name = stored.starts_with("\x28") ? "x.zst" : "x.gz";
      const auto out = inflated(stored.substr(0, size), Compression::Auto, name);
      // Only the boundary between two members is a complete file.
      if (out == "first") continue;
      EXPECT_NE(out, whole);
      EXPECT_NE(out.find("is cut short"), std::string::npos) << size << ": " << out.substr(0, 100);
    }
  }
}

TEST(Inflate, refuses_corrupt_data_and_names_file_and_offset) {
  auto stored = gzip(sample(400));
  stored[stored.size() - 6] = static_cast<char>(stored[stored.size() - 6] ^ 1);
  const auto message = inflated(stored);
  EXPECT_EQ(message, "error: x.gz is corrupt: bad gzip data near byte " + std::to_string(stored.size()) +
                         " (the checksum does not match); copy the file again");
  EXPECT_NE(inflated(gzip("a") + "garbage").find("something else follows"), std::string::npos);
  auto packed = zstd(sample(400));
  packed[packed.size() - 1] = static_cast<char>(packed[packed.size() - 1] ^ 1);
  EXPECT_NE(inflated(packed).find("is corrupt: bad zstd data"), std::string::npos);
}

TEST(Inflate, never_gives_another_text_after_a_flipped_bit) {
  const auto text = sample(300);
  const auto stored = gzip(text);
  // The first ten bytes are the header, whose time and system fields mean nothing.
  for (std::size_t at = 10; at < stored.size(); ++at) {
    auto changed = stored;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    const auto out = inflated(changed);
    // The last byte before the checksum may have bits that nothing uses.
    EXPECT_TRUE(out.starts_with("error: ") || out == text) << at;
  }
}

TEST(Inflate, refuses_data_that_is_not_what_was_configured) {
  EXPECT_EQ(inflated("plain text", Compression::Gzip),
            "x.gz is not gzip data; leave `compression` out to have it detected");
  EXPECT_EQ(inflated(gzip("x"), Compression::None), gzip("x"));
}

}  // namespace
}  // namespace weir::formats

// SPDX-License-Identifier: Apache-2.0
#include "formats/archive.h"

#include <gtest/gtest.h>

#include "formats/testing_archives.h"
#include "formats/testing_sources.h"
#include "formats/write_compressed.h"

namespace weir::formats {
namespace {

/// "path:content\n" for each file, and the error that ended it.
std::string unpack(const std::string& bytes, ArchiveKind kind, const ArchiveLimits& limits = {},
                   std::size_t piece = 1000) {
  auto archive = Archive::open(std::make_unique<PieceSource>(bytes, piece), kind, limits, "a.tgz");
  if (!archive.ok()) return archive.error().to_string();
  std::string out;
  while (true) {
    const auto path = (*archive)->next();
    if (!path.ok()) return out + path.error().to_string();
    if (!*path) return out;
    auto entry = (*archive)->entry();
    if (!entry.ok()) return out + entry.error().to_string();
    std::string content(64 * 1024, '\0');
    std::string all;
    while (true) {
      const auto count = (*entry)->read(content.data(), 7 + all.size() % 5000);
      if (!count.ok()) return out + count.error().to_string();
      if (*count == 0) break;
      all += content.substr(0, *count);
    }
    out += **path + ":" + (all.size() > 100 ? fmt::format("{} bytes", all.size()) : all) + "\n";
  }
}

std::string packed(const std::string& text, OutputCompression compression) {
  WriteBuffer out;
  EXPECT_TRUE(make_compressor(compression)->compress(text, out).ok());
  return std::string(out.view());
}

std::string tar(const std::string& bytes, std::size_t piece = 1000) {
  return unpack(bytes, ArchiveKind::Tar, {}, piece);
}
std::string zip(const std::string& bytes, std::size_t piece = 1000) {
  return unpack(bytes, ArchiveKind::Zip, {}, piece);
}

TEST(Archive, is_known_by_its_whole_extension) {
  EXPECT_EQ(archive_of_name("a/b.TGZ"), ArchiveKind::Tar);
  EXPECT_EQ(archive_of_name("a.tar.zst"), ArchiveKind::Tar);
  EXPECT_EQ(archive_of_name("a.zip"), ArchiveKind::Zip);
  EXPECT_EQ(archive_of_name("a.csv.gz"), ArchiveKind::None);
}

// D-19: exactly the extension goes, whatever letters stand before it.
TEST(Archive, D_19_the_name_without_its_extension_keeps_all_other_letters) {
  EXPECT_EQ(without_archive_extension("cms-analytics-csv-zt.tgz"), "cms-analytics-csv-zt");
  EXPECT_EQ(without_archive_extension("gzt.tar.gz"), "gzt");
  EXPECT_EQ(without_archive_extension("plain.csv"), "plain.csv");
}

TEST(Tar, gives_files_in_their_order_whatever_packs_them) {
  const auto archive = tar_of(
      {{"b.csv", "1,2"}, {"folder/", "", '5'}, {"folder/a.csv", std::string(70'000, 'x')}, {"empty", ""}});
  const auto expected = "b.csv:1,2\nfolder/a.csv:70000 bytes\nempty:\n";
  EXPECT_EQ(tar(archive), expected);
  EXPECT_EQ(tar(archive, 1), expected);
  EXPECT_EQ(tar(packed(archive, OutputCompression::Gzip)), expected);
  EXPECT_EQ(tar(packed(archive, OutputCompression::Zstd)), expected);
}

TEST(Tar, passes_over_what_nobody_reads) {
  auto unread =
      Archive::open(std::make_unique<PieceSource>(tar_of({{"a", std::string(9999, 'x')}, {"b", "2"}}), 100),
                    ArchiveKind::Tar, {}, "a.tar");
  EXPECT_EQ(**(*unread)->next(), "a");
  EXPECT_EQ(**(*unread)->next(), "b");
  EXPECT_FALSE((*unread)->next()->has_value());
}

TEST(Tar, reads_long_names_of_gnu_and_pax) {
  const std::string name = std::string(150, 'n') + ".csv";
  EXPECT_EQ(tar(tar_of({{"././@LongLink", name + '\0', 'L'}, {"short", "1"}})), name + ":1\n");
  EXPECT_EQ(
      tar(tar_of({{"pax", pax_record("path", name) + pax_record("mtime", "1.5"), 'x'}, {"short", "1"}})),
      name + ":1\n");
  EXPECT_EQ(tar(tar_of({{"global", pax_record("comment", "c"), 'g'}, {"./a", "1"}})), "a:1\n");
}

TEST(Tar, passes_over_what_macos_adds) {
  EXPECT_EQ(tar(tar_of({{"._a.csv", "r"}, {"x/._a.csv", "r"}, {"__MACOSX/a.csv", "r"}, {"a.csv", "1"}})),
            "a.csv:1\n");
}

// D-17: nothing leaves the archive, by whatever name.
class D_17_DangerousPath : public testing::TestWithParam<const char*> {};

TEST_P(D_17_DangerousPath, refuses_the_archive) {
  const auto shown = tar(tar_of({{"ok", "1"}, {GetParam(), "2"}}));
  EXPECT_TRUE(shown.starts_with("ok:1\na.tgz: the entry '")) << shown;
  EXPECT_TRUE(shown.ends_with("so the archive is not read")) << shown;
  EXPECT_TRUE(zip(zip_of({{"ok", "1"}, {GetParam(), "2"}})).ends_with("so the archive is not read"));
}

INSTANTIATE_TEST_SUITE_P(Paths, D_17_DangerousPath,
                         testing::Values("/etc/passwd", "../a", "a/../../b", "a/..", "..", "C:\\a",
                                         "a\\..\\b", "\\\\host\\a", "a\nb"));

TEST(Tar, D_17_refuses_links_and_devices) {
  for (const char type : {'1', '2', '3', '4', '6', 'S', 'Z'}) {
    const auto shown = tar(tar_of({{"odd", "", type}, {"a", "1"}}));
    EXPECT_NE(shown.find("a.tgz: the entry odd is "), std::string::npos) << type << shown;
  }
}

TEST(Archive, refuses_two_entries_of_one_name) {
  EXPECT_EQ(tar(tar_of({{"a", "1"}, {"./a", "2"}})), "a:1\na.tgz holds two entries of the name a");
}

TEST(Archive, D_17_keeps_to_its_limits) {
  ArchiveLimits limits;
  limits.entries = 2;
  EXPECT_NE(
      unpack(tar_of({{"a", ""}, {"b", ""}, {"c", ""}}), ArchiveKind::Tar, limits).find("more than 2 entries"),
      std::string::npos);
  limits = {};
  limits.bytes = 5000;
  EXPECT_NE(unpack(tar_of({{"a", std::string(6000, 'x')}}), ArchiveKind::Tar, limits)
                .find("reading a of a.tgz: more than 5.0 kB come out of it"),
            std::string::npos);
  const auto bomb = packed(tar_of({{"a", std::string(40'000'000, '\0')}}), OutputCompression::Zstd);
  EXPECT_NE(tar(bomb, 1 << 20).find("more than the factor 250"), std::string::npos);
  const auto inner = packed(std::string(40'000'000, '\0'), OutputCompression::Zstd);
  EXPECT_NE(tar(tar_of({{"a.csv.zst", inner}}), 1 << 20).find("more than the factor 250"), std::string::npos);
}

TEST(Tar, says_where_it_is_cut_short) {
  const auto archive = tar_of({{"a.csv", std::string(3000, 'x')}, {"b.csv", "2"}});
  EXPECT_EQ(
      tar(archive.substr(0, 1000)),
      "reading a.csv of a.tgz: a.tgz is cut short: the tar data ends at byte 1000 (inflated); copy the file "
      "again");
  for (std::size_t size = 0; size < archive.size(); size += 100) {
    if (size > archive.size() - 1024) break;  // the second block of zeros may be missing
    EXPECT_NE(tar(archive.substr(0, size)).find("cut short"), std::string::npos) << size;
  }
  const auto gzip = packed(archive, OutputCompression::Gzip);
  EXPECT_NE(tar(gzip.substr(0, gzip.size() - 3)).find("cut short: the gzip data"), std::string::npos);
}

TEST(Tar, tells_other_bytes_from_a_corrupt_header) {
  auto archive = tar_of({{"a.csv", "1"}, {"b.csv", "2"}});
  archive[1024 + 3] ^= 1;
  EXPECT_EQ(
      tar(archive),
      "a.csv:1\nreading a.tgz at or behind a.csv: a.tgz is no good tar archive: the checksum of an entry's "
      "header does not match near byte 1536 (inflated); copy the file again");
  EXPECT_NE(tar(tar_of({{"a", "1"}}) + tar_of({{"b", "2"}})).find("something else follows"),
            std::string::npos);
}

TEST(Tar, reads_large_sizes_in_binary) {
  auto archive = tar_of({{"a", "123"}, {"b", "2"}});
  archive.replace(124, 12, std::string("\x80\0\0\0\0\0\0\0\0\0\0\x03", 12));
  put_checksum(archive, 0);
  EXPECT_EQ(tar(archive), "a:123\nb:2\n");
  archive.replace(124, 12, std::string(12, '\xff'));
  put_checksum(archive, 0);
  EXPECT_NE(tar(archive).find("size cannot be read"), std::string::npos);
}

TEST(Zip, gives_files_in_their_order_stored_or_deflated) {
  const auto long_text = std::string(70'000, 'x');
  for (const auto way : {ZipWay::Stored, ZipWay::Deflated, ZipWay::DeflatedWithDescriptors, ZipWay::Large}) {
    const auto archive =
        zip_of({{"b.csv", "1,2"}, {"folder/", ""}, {"folder/a.csv", long_text}, {"empty", ""}}, way);
    const auto expected = "b.csv:1,2\nfolder/a.csv:70000 bytes\nempty:\n";
    EXPECT_EQ(zip(archive), expected);
    EXPECT_EQ(zip(archive, 1), expected);
  }
}

TEST(Zip, finds_every_cut_and_every_changed_byte_of_the_data) {
  for (const auto way : {ZipWay::Stored, ZipWay::Deflated, ZipWay::DeflatedWithDescriptors}) {
    const auto archive = zip_of({{"a", "some text that is packed"}, {"b", "2"}}, way);
    for (std::size_t size = 0; size < archive.size(); ++size) {
      EXPECT_NE(zip(archive.substr(0, size)), "a:some text that is packed\nb:2\n") << size;
    }
    for (std::size_t at = 31; at < 31 + 20; ++at) {
      auto changed = archive;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      EXPECT_NE(zip(changed), "a:some text that is packed\nb:2\n") << at;
    }
  }
}

TEST(Zip, D_17_refuses_links_which_only_the_directory_tells) {
  EXPECT_NE(zip(zip_of({{"a", "target", '2'}})).find("the entry a is a link, so the archive is not read"),
            std::string::npos);
}

TEST(Zip, refuses_what_its_directory_does_not_tell) {
  auto archive = zip_of({{"aaa", "1"}});
  archive.replace(archive.rfind("aaa"), 3, "bbb");
  EXPECT_NE(zip(archive).find("tells of an entry that is not there: bbb"), std::string::npos);
}

TEST(Zip, says_which_packing_it_cannot_read) {
  auto archive = zip_of({{"a", "1"}});
  archive[8] = 14;
  EXPECT_NE(zip(archive).find("the entry a is packed by method 14; only deflate (8) and none (0) are read"),
            std::string::npos);
  archive[6] = 1;
  EXPECT_NE(zip(archive).find("encrypted"), std::string::npos);
}

}  // namespace
}  // namespace weir::formats

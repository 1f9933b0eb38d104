// SPDX-License-Identifier: Apache-2.0
// Writes archives byte by byte, good ones and odd ones. Used by tests only.
#pragma once

#include <fmt/format.h>
#include <isa-l/crc.h>
#include <libdeflate.h>

#include <string>
#include <utility>
#include <vector>

namespace weir::formats {

struct ArchivedFile {
  std::string path;
  std::string content;
  char type = '0';  ///< as tar writes it; zip knows '2', a link
};

/// Writes the checksum of the tar header at `offset`.
inline void put_checksum(std::string& archive, std::size_t offset) {
  archive.replace(offset + 148, 8, "        ");
  unsigned sum = 0;
  for (std::size_t i = 0; i < 512; ++i) sum += static_cast<unsigned char>(archive[offset + i]);
  archive.replace(offset + 148, 8, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
}

inline std::string tar_of(const std::vector<ArchivedFile>& files) {
  std::string archive;
  for (const auto& file : files) {
    const auto start = archive.size();
    archive.resize(start + 512, '\0');
    archive.replace(start, file.path.size(), file.path);
    archive.replace(start + 100, 7, "0000644");
    archive.replace(start + 124, 11, fmt::format("{:011o}", file.content.size()));
    archive[start + 156] = file.type;
    archive.replace(start + 257, 8,
                    std::string("ustar\000"
                                "00",
                                8));
    put_checksum(archive, start);
    archive += file.content;
    archive.resize((archive.size() + 511) / 512 * 512, '\0');
  }
  return archive + std::string(1024, '\0');
}

inline std::string pax_record(const std::string& key, const std::string& value) {
  const auto rest = " " + key + "=" + value + "\n";
  auto length = rest.size() + 1;
  while (fmt::format("{}", length).size() + rest.size() != length) ++length;
  return fmt::format("{}", length) + rest;
}

enum class ZipWay { Stored, Deflated, DeflatedWithDescriptors, Large };

/// `value` in `width` bytes, the lowest first.
inline std::string little(std::uint64_t value, int width) {
  std::string out;
  for (; width > 0; --width, value >>= 8U) out += static_cast<char>(value & 0xffU);
  return out;
}

inline std::string deflated(const std::string& text) {
  auto* const compressor = libdeflate_alloc_compressor(6);
  std::string out(libdeflate_deflate_compress_bound(compressor, text.size()), '\0');
  out.resize(libdeflate_deflate_compress(compressor, text.data(), text.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  return out;
}

inline std::string zip_of(const std::vector<ArchivedFile>& files, ZipWay way = ZipWay::Deflated) {
  std::string archive;
  std::string directory;
  for (const auto& file : files) {
    const bool descriptor = way == ZipWay::DeflatedWithDescriptors;
    const bool large = way == ZipWay::Large;
    const auto data = way == ZipWay::Stored ? file.content : deflated(file.content);
    auto text = file.content;
    const auto checksum =
        little(crc32_gzip_refl(0, reinterpret_cast<unsigned char*>(text.data()), text.size()), 4);
    const auto sizes = little(data.size(), 4) + little(file.content.size(), 4);
    const auto method =
        little(descriptor ? 8 : 0, 2) + little(way == ZipWay::Stored ? 0 : 8, 2) + little(0, 4);
    const auto offset = little(archive.size(), 4);
    const auto extra =
        large ? little(1, 2) + little(16, 2) + little(file.content.size(), 8) + little(data.size(), 8) : "";
    archive += "PK\3\4" + little(20, 2) + method + (descriptor ? little(0, 4) : checksum);
    archive += descriptor ? little(0, 8) : large ? std::string(8, '\xff') : sizes;
    archive += little(file.path.size(), 2) + little(extra.size(), 2) + file.path + extra + data;
    if (descriptor) archive += "PK\7\10" + checksum + sizes;
    directory += "PK\1\2" + little(3 << 8U | 20, 2) + little(20, 2) + method + checksum + sizes;
    directory += little(file.path.size(), 2) + little(0, 8);
    directory += little((file.type == '2' ? 0120777ULL : 0100644ULL) << 16U, 4) + offset + file.path;
  }
  const auto count = little(files.size(), 2);
  return archive + directory + "PK\5\6" + little(0, 4) + count + count + little(directory.size(), 4) +
         little(archive.size(), 4) + little(0, 2);
}

}  // namespace weir::formats

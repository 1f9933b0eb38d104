// SPDX-License-Identifier: Apache-2.0
#include "protocols/aws/s3_checksum.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string>

#include "protocols/aws/digest.h"

namespace weir::aws {
namespace {

/// A cyclic redundancy check whose bits are reflected, begun and ended with all bits inverted, as 8
/// bytes or 4 in network order.
template <typename Word>
std::string crc(Word polynomial, std::string_view bytes) {
  std::array<Word, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    auto word = static_cast<Word>(i);
    for (int bit = 0; bit < 8; ++bit) word = (word & 1U) != 0 ? (word >> 1U) ^ polynomial : word >> 1U;
    table[i] = word;
  }
  Word sum = std::numeric_limits<Word>::max();
  for (const char c : bytes) sum = table[(sum ^ static_cast<unsigned char>(c)) & 0xffU] ^ (sum >> 8U);
  sum = ~sum;
  std::string out;
  for (std::size_t i = sizeof(Word); i-- > 0;) out += static_cast<char>((sum >> (8 * i)) & 0xffU);
  return out;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8U | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += at + i > bytes.size() ? '=' : kDigits[(group >> (18 - 6 * i)) & 63U];
    }
  }
  return text;
}

/// Whether a body is all of an object.
bool is_whole(const io::HttpResponse& response) {
  if (response.status == 200) return true;
  const auto size = response.body.size();
  return size > 0 && response.header("Content-Range") == fmt::format("bytes 0-{}/{}", size - 1, size);
}

struct Kind {
  const char* header;
  std::string (*checksum)(std::string_view);
};
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
constexpr std::array<Kind, 4> kKinds = {{
    {"x-amz-checksum-crc64nvme",
     [](std::string_view bytes) { return crc<std::uint64_t>(0x9a6c9329ac4bc9b5, bytes); }},
    {"x-amz-checksum-crc32c", [](std::string_view bytes) { return crc<std::uint32_t>(0x82f63b78, bytes); }},
    {"x-amz-checksum-crc32", [](std::string_view bytes) { return crc<std::uint32_t>(0xedb88320, bytes); }},
    {"x-amz-checksum-sha256", [](std::string_view bytes) { return sha256(bytes); }},
}};

}  // namespace

io::HttpHeader checksum_request() { return {"x-amz-checksum-mode", "ENABLED"}; }

bool is_undamaged(const io::HttpResponse& response) {
  // That of an upload in parts may be made of the parts' checksums instead of the bytes.
  if (!is_whole(response) || response.header("x-amz-checksum-type") == "COMPOSITE") return true;
  for (const auto& kind : kKinds) {
    const auto told = response.header(kind.header);
    if (!told || told->find('-') != std::string_view::npos) continue;
    if (*told != base64(kind.checksum(response.body))) return false;
  }
  return true;
}

}  // namespace weir::aws

// SPDX-License-Identifier: Apache-2.0
#include "sandbox/s3/digest.h"

#include <isa-l/crc.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace weir::sandbox::s3 {
namespace {

struct Name {
  Algorithm algorithm;
  std::string_view header;
  std::string_view element;
};
constexpr std::array<Name, 5> kChecksums = {{{Algorithm::Crc32, "crc32", "CRC32"},
                                             {Algorithm::Crc32c, "crc32c", "CRC32C"},
                                             {Algorithm::Crc64nvme, "crc64nvme", "CRC64NVME"},
                                             {Algorithm::Sha1, "sha1", "SHA1"},
                                             {Algorithm::Sha256, "sha256", "SHA256"}}};
constexpr std::string_view kHeader = "x-amz-checksum-";

const Name& name_of(Algorithm algorithm) {
  return *std::find_if(kChecksums.begin(), kChecksums.end(),
                       [algorithm](const Name& name) { return name.algorithm == algorithm; });
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

const EVP_MD* hash_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::Md5:
      return EVP_md5();
    case Algorithm::Sha1:
      return EVP_sha1();
    case Algorithm::Sha256:
      return EVP_sha256();
    default:
      return nullptr;
  }
}

// CRC-64/NVME, bits reflected: eight bytes a step, with a table for each.
using Table = std::array<std::array<std::uint64_t, 256>, 8>;

constexpr Table make_table() {
  constexpr std::uint64_t kPolynomial = 0x9a6c9329ac4bc9b5;
  Table table{};
  for (std::size_t i = 0; i < 256; ++i) {
    std::uint64_t word = i;
    for (int bit = 0; bit < 8; ++bit) word = (word & 1U) != 0 ? (word >> 1U) ^ kPolynomial : word >> 1U;
    table[0][i] = word;
  }
  for (std::size_t i = 0; i < 256; ++i) {
    for (std::size_t k = 1; k < 8; ++k) {
      const std::uint64_t before = table[k - 1][i];
      table[k][i] = table[0][before & 0xffU] ^ (before >> 8U);
    }
  }
  return table;
}

std::uint64_t crc64(std::uint64_t sum, std::string_view bytes) {
  static constexpr Table kTable = make_table();
  while (bytes.size() >= 8) {
    for (std::size_t i = 0; i < 8; ++i) {
      sum ^= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    std::uint64_t next = 0;
    for (std::size_t i = 0; i < 8; ++i) next ^= kTable[7 - i][(sum >> (8 * i)) & 0xffU];
    sum = next;
    bytes.remove_prefix(8);
  }
  for (const char c : bytes) sum = kTable[0][(sum ^ static_cast<unsigned char>(c)) & 0xffU] ^ (sum >> 8U);
  return sum;
}

std::string big_endian(std::uint64_t sum, std::size_t size) {
  std::string bytes;
  while (size-- > 0) bytes += static_cast<char>((sum >> (8 * size)) & 0xffU);
  return bytes;
}

}  // namespace

std::optional<Algorithm> checksum_of(std::string_view header) {
  if (!header.starts_with(kHeader)) return std::nullopt;
  for (const Name& name : kChecksums) {
    if (header.substr(kHeader.size()) == name.header) return name.algorithm;
  }
  return std::nullopt;
}

std::string checksum_header(Algorithm algorithm) {
  return std::string(kHeader) + std::string(name_of(algorithm).header);
}

std::string checksum_element(Algorithm algorithm) {
  return "Checksum" + std::string(name_of(algorithm).element);
}

void Digest::Free::operator()(void* context) const { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context)); }

Digest::Digest(Algorithm algorithm) : algorithm_(algorithm) {
  if (const EVP_MD* hash = hash_of(algorithm)) {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestInit_ex(context, hash, nullptr);
    context_.reset(context);
  } else if (algorithm != Algorithm::Crc32) {
    sum_ = algorithm == Algorithm::Crc32c ? 0xFFFFFFFFU : ~std::uint64_t{0};
  }
}

void Digest::add(std::string_view bytes) {
  if (context_) {
    EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_.get()), bytes.data(), bytes.size());
  } else if (algorithm_ == Algorithm::Crc64nvme) {
    sum_ = crc64(sum_, bytes);
  } else if (algorithm_ == Algorithm::Crc32) {
    sum_ = crc32_gzip_refl(static_cast<std::uint32_t>(sum_), bytes_of(bytes), bytes.size());
  } else {
    // The library takes a pointer to what it only reads, and an int.
    constexpr std::size_t kMost = 1U << 30;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kMost))) {
      sum_ = crc32_iscsi(const_cast<unsigned char*>(bytes_of(bytes)),
                         static_cast<int>(std::min(bytes.size(), kMost)), static_cast<std::uint32_t>(sum_));
    }
  }
}

std::string Digest::finish() {
  if (context_) {
    std::string bytes(EVP_MAX_MD_SIZE, '\0');
    unsigned int size = 0;
    EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_.get()),
                       reinterpret_cast<unsigned char*>(bytes.data()), &size);
    bytes.resize(size);
    return bytes;
  }
  if (algorithm_ == Algorithm::Crc64nvme) return big_endian(~sum_, 8);
  return big_endian(algorithm_ == Algorithm::Crc32 ? sum_ : ~sum_, 4);
}

std::string digest(Algorithm algorithm, std::string_view bytes) {
  Digest sum(algorithm);
  sum.add(bytes);
  return sum.finish();
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += kDigits[static_cast<unsigned char>(c) >> 4U];
    text += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  return text;
}

std::string sha256_hex(std::string_view bytes) { return hex(digest(Algorithm::Sha256, bytes)); }

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string sum(32, '\0');
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(bytes), bytes.size(),
       reinterpret_cast<unsigned char*>(sum.data()), nullptr);
  return sum;
}

}  // namespace weir::sandbox::s3

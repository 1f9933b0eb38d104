// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/encoding.h"

#include <isa-l/crc.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace weir::google {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

EVP_MD_CTX* digest(void* context) { return static_cast<EVP_MD_CTX*>(context); }

}  // namespace

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL adds a zero byte
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes_of(bytes),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), bytes_of(text),
                                     static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  const std::size_t padding = text.size() - std::min(text.size(), text.find_last_not_of('=') + 1);
  if (padding > 2) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return bytes;
}

std::string base64_url(std::string_view bytes) {
  std::string text = base64(bytes);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.erase(std::min(text.size(), text.find_last_not_of('=') + 1));
  return text;
}

std::optional<std::string> from_base64_url(std::string_view text) {
  std::string padded(text);
  std::replace(padded.begin(), padded.end(), '-', '+');
  std::replace(padded.begin(), padded.end(), '_', '/');
  padded.append((4 - padded.size() % 4) % 4, '=');
  return from_base64(padded);
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
  }
  return encoded;
}

void Crc32c::add(std::string_view bytes) {
  constexpr std::size_t kPiece = 1U << 30;  // the library counts in int
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kPiece))) {
    // The library does not write to the buffer, although its declaration leaves that open.
    state_ = crc32_iscsi(const_cast<unsigned char*>(bytes_of(bytes)),
                         static_cast<int>(std::min(bytes.size(), kPiece)), state_);
  }
}

std::string Crc32c::text() const {
  const std::uint32_t sum = ~state_;
  const std::array<char, 4> bytes = {static_cast<char>(sum >> 24U), static_cast<char>(sum >> 16U),
                                     static_cast<char>(sum >> 8U), static_cast<char>(sum)};
  return base64({bytes.data(), bytes.size()});
}

std::string crc32c(std::string_view bytes) {
  Crc32c sum;
  sum.add(bytes);
  return sum.text();
}

void Md5::Free::operator()(void* context) const { EVP_MD_CTX_free(digest(context)); }

Md5::Md5() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(digest(context_.get()), EVP_md5(), nullptr); }

void Md5::add(std::string_view bytes) {
  EVP_DigestUpdate(digest(context_.get()), bytes.data(), bytes.size());
}

std::string Md5::text() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned int length = 0;
  EVP_DigestFinal_ex(digest(context_.get()), sum.data(), &length);
  return base64({reinterpret_cast<const char*>(sum.data()), length});
}

}  // namespace weir::google

// SPDX-License-Identifier: Apache-2.0
#include "state/base64.h"

#include <cstdint>

namespace weir::state {
namespace {
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}

std::string to_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= group.size() ? kAlphabet[bits >> (18 - 6 * i) & 63] : '=';
    }
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  std::size_t taken = 0;
  while (taken < text.size() && text[taken] != '=') {
    const auto value = kAlphabet.find(text[taken]);
    if (value == kAlphabet.npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    ++taken;
    if (taken % 4 != 1) out += static_cast<char>(bits >> (6 - 2 * ((taken - 1) % 4)) & 0xFF);
  }
  // Reading it back is the simplest check of padding and left-over bits.
  if (to_base64(out) != text) return std::nullopt;
  return out;
}

}  // namespace weir::state

// SPDX-License-Identifier: Apache-2.0
#include "geocoding/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace weir::geocoding {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The address alone: without brackets, port and zone. Empty when they do not fit together.
std::string_view bare(std::string_view text) {
  text = trim(text);
  if (!text.empty() && text.front() == '[') {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return {};
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return {};
    text = text.substr(1, end - 1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    const std::size_t colon = text.find(':');
    if (!is_port(text.substr(colon + 1))) return {};
    text = text.substr(0, colon);
  }
  return text.substr(0, text.find('%'));
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  const std::string_view address = bare(text);
  char buffer[INET6_ADDRSTRLEN];
  if (address.empty() || address.size() >= sizeof buffer || address.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  std::memcpy(buffer, address.data(), address.size());
  buffer[address.size()] = '\0';
  std::array<std::uint8_t, 16> bytes{};
  std::copy(kMapped.begin(), kMapped.end(), bytes.begin());
  if (inet_pton(AF_INET, buffer, bytes.data() + kMapped.size()) == 1) return Address(bytes);
  if (inet_pton(AF_INET6, buffer, bytes.data()) == 1) return Address(bytes);
  return std::nullopt;
}

bool Address::is_v4() const { return std::equal(kMapped.begin(), kMapped.end(), bytes_.begin()); }

std::string Address::to_string() const {
  char buffer[INET6_ADDRSTRLEN];
  const bool v4 = is_v4();
  inet_ntop(v4 ? AF_INET : AF_INET6, bytes_.data() + (v4 ? kMapped.size() : 0), buffer, sizeof buffer);
  return buffer;
}

bool stands_for_no_address(std::string_view text) {
  text = trim(text);
  return text.empty() || text == "-" || lower(text) == "unknown";
}

}  // namespace weir::geocoding

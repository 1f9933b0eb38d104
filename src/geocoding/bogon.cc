// SPDX-License-Identifier: Apache-2.0
// The list is the one of ipinfo's clients, so that the same addresses stay without a location.
#include "geocoding/bogon.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace weir::geocoding {
namespace {

constexpr std::string_view kNetworks[] = {
    // IPv4
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32",
    // IPv6. The mapped ::ffff:0:0/96 is missing: such an address was made IPv4 before.
    "::/128", "::1/128", "::/96", "100::/64", "2001:10::/28", "2001:db8::/32", "fc00::/7", "fe80::/10",
    "fec0::/10", "ff00::/8",
    // 6to4 images of the IPv4 networks
    "2002::/24", "2002:a00::/24", "2002:7f00::/24", "2002:a9fe::/32", "2002:ac10::/28", "2002:c000::/40",
    "2002:c000:200::/40", "2002:c0a8::/32", "2002:c612::/31", "2002:c633:6400::/40", "2002:cb00:7100::/40",
    "2002:e000::/20", "2002:f000::/20", "2002:ffff:ffff::/48",
    // Teredo images
    "2001::/40", "2001:0:a00::/40", "2001:0:7f00::/40", "2001:0:a9fe::/48", "2001:0:ac10::/44",
    "2001:0:c000::/56", "2001:0:c000:200::/56", "2001:0:c0a8::/48", "2001:0:c612::/47",
    "2001:0:c633:6400::/56", "2001:0:cb00:7100::/56", "2001:0:e000::/36", "2001:0:f000::/36",
    "2001:0:ffff:ffff::/64"};

struct Network {
  std::array<std::uint8_t, 16> prefix;
  int length;

  bool contains(const std::array<std::uint8_t, 16>& bytes) const {
    const auto whole = static_cast<std::size_t>(length / 8);
    if (!std::equal(prefix.begin(), prefix.begin() + static_cast<std::ptrdiff_t>(whole), bytes.begin()))
      return false;
    const int rest = length % 8;
    return rest == 0 || (prefix[whole] ^ bytes[whole]) >> (8 - rest) == 0;
  }
};

std::vector<Network> parse_networks() {
  std::vector<Network> networks;
  for (const std::string_view text : kNetworks) {
    const std::size_t slash = text.find('/');
    const Address address = *Address::parse(text.substr(0, slash));
    int length = 0;
    std::from_chars(text.data() + slash + 1, text.data() + text.size(), length);
    networks.push_back({address.bytes(), address.is_v4() ? length + 96 : length});
  }
  return networks;
}

}  // namespace

bool is_bogon(const Address& address) {
  static const std::vector<Network> networks = parse_networks();
  return std::any_of(networks.begin(), networks.end(),
                     [&](const Network& network) { return network.contains(address.bytes()); });
}

std::span<const std::string_view> bogon_networks() { return kNetworks; }

}  // namespace weir::geocoding

// SPDX-License-Identifier: Apache-2.0
// Where the invented visitors live, and the networks that this sample gives to those places. The
// networks are made up: nothing here says where an address really is. Constants.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace weir::sample {

struct Place {
  std::string_view city, region, country, country_name, continent;
  double latitude = 0, longitude = 0;
  std::string_view time_zone, postal;
  std::uint32_t as_number = 0;
  std::string_view organisation;
  std::uint32_t weight = 1;  ///< share of the visitors
  std::uint8_t first_octet = 0;
};

std::span<const Place> places();

/// "23.40.0.0/16" and "2a01:4000:7::/48": the networks of place number `place`.
std::string ipv4_network(std::size_t place);
std::string ipv6_network(std::size_t place);
/// The address number `host` in those networks.
std::string ipv4_address(std::size_t place, std::uint32_t host);
std::string ipv6_address(std::size_t place, std::uint32_t host);

}  // namespace weir::sample

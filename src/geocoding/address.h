// SPDX-License-Identifier: Apache-2.0
// An IP address in one normal form, so that every spelling is looked up once. Values, pure.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace weir::geocoding {

/// IPv4 is kept as ::ffff:a.b.c.d, so both families have 16 bytes and a total order.
class Address {
 public:
  /// Reads an address as logs hold it: blanks around it, brackets, a zone (%eth0) and a port are
  /// dropped; an IPv4 address mapped into IPv6 becomes IPv4. Nothing for host names, "-" and others.
  static std::optional<Address> parse(std::string_view text);

  bool is_v4() const;
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  /// "8.8.8.8", "2001:4860:4860::8888" (RFC 5952).
  std::string to_string() const;

  auto operator<=>(const Address&) const = default;

 private:
  explicit Address(const std::array<std::uint8_t, 16>& bytes) : bytes_(bytes) {}

  std::array<std::uint8_t, 16> bytes_;
};

/// Whether a log's text says that there is no address: empty, "-", "unknown".
bool stands_for_no_address(std::string_view text);

}  // namespace weir::geocoding

template <>
struct std::hash<weir::geocoding::Address> {
  std::size_t operator()(const weir::geocoding::Address& address) const noexcept {
    return std::hash<std::string_view>()(
        {reinterpret_cast<const char*>(address.bytes().data()), address.bytes().size()});
  }
};

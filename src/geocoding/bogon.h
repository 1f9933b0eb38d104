// SPDX-License-Identifier: Apache-2.0
// Addresses that belong to nobody on the Internet: private, reserved, for documentation. They are
// answered here and never sent to anybody. Pure.
#pragma once

#include <span>
#include <string_view>

#include "geocoding/address.h"

namespace weir::geocoding {

/// Whether the address lies in one of bogon_networks().
bool is_bogon(const Address& address);

/// The networks in their usual notation, "10.0.0.0/8".
std::span<const std::string_view> bogon_networks();

}  // namespace weir::geocoding

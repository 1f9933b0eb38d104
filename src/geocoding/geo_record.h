// SPDX-License-Identifier: Apache-2.0
// What is known about one address, whatever the source said it in. Values, pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::geocoding {

/// Empty texts are unknown. Sources fill what they have, complete() derives the rest.
struct GeoRecord {
  std::string hostname;
  std::string city;
  std::string region;
  std::string region_code;
  std::string country_code;
  std::string country_name;
  std::string continent_code;
  std::string continent_name;
  std::string location;  ///< "49.2497,-123.1193"
  std::optional<double> latitude;
  std::optional<double> longitude;
  std::string postal;
  std::string timezone;
  std::string asn;      ///< "AS64500"
  std::string as_name;  ///< "Example Networks Inc"
  std::string as_domain;
  std::optional<bool> is_eu;
  bool is_bogon = false;
  bool is_anycast = false;
  std::string source_version;  ///< "GeoLite2-City 2026-11-03", "ipinfo 2026-11-22"

  bool operator==(const GeoRecord&) const = default;
};

/// Name, continent and EU membership from the country's code, the coordinates from `location` or
/// the other way round.
void complete(GeoRecord& record);

/// Takes from `other` what `record` does not know yet.
void fill_gaps(GeoRecord& record, const GeoRecord& other);

/// Reads "AS64500 Example Networks Inc" into asn and as_name. Text that does not begin with an AS
/// number is a name as a whole.
void set_organisation(GeoRecord& record, std::string_view organisation);

/// The asn of a number: "AS64500".
std::string asn_text(std::uint64_t number);
/// Reads a whole text as a number; nothing when it is none or not finite.
std::optional<double> parse_number(std::string_view text);
/// "Vancouver, British Columbia, CA"; nothing when any part is unknown.
std::optional<std::string> full_location(const GeoRecord& record);

}  // namespace weir::geocoding

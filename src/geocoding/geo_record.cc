// SPDX-License-Identifier: Apache-2.0
#include "geocoding/geo_record.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/text.h"
#include "geocoding/countries.h"

namespace weir::geocoding {
namespace {

bool is_latitude(double value) { return value >= -90 && value <= 90; }
bool is_longitude(double value) { return value >= -180 && value <= 180; }

void complete_location(GeoRecord& record) {
  if (!record.latitude && !record.longitude) {
    const std::size_t comma = record.location.find(',');
    if (comma != std::string::npos) {
      record.latitude = parse_number(std::string_view(record.location).substr(0, comma));
      record.longitude = parse_number(std::string_view(record.location).substr(comma + 1));
    }
  }
  if (!record.latitude || !record.longitude || !is_latitude(*record.latitude) ||
      !is_longitude(*record.longitude)) {
    record.latitude.reset();
    record.longitude.reset();
    record.location.clear();
  } else if (record.location.empty()) {
    record.location = fmt::format("{},{}", *record.latitude, *record.longitude);
  }
}

void fill(std::string& text, const std::string& other) {
  if (text.empty()) text = other;
}

}  // namespace

void complete(GeoRecord& record) {
  complete_location(record);
  const Country* country = find_country(record.country_code);
  if (country != nullptr) {
    record.country_name = country->name;
    fill(record.continent_code, std::string(country->continent));
  }
  if (!record.country_code.empty() && !record.is_eu) record.is_eu = is_in_european_union(record.country_code);
  fill(record.continent_name, std::string(continent_name(record.continent_code)));
}

void fill_gaps(GeoRecord& record, const GeoRecord& other) {
  fill(record.hostname, other.hostname);
  fill(record.city, other.city);
  fill(record.region, other.region);
  fill(record.region_code, other.region_code);
  fill(record.country_code, other.country_code);
  fill(record.country_name, other.country_name);
  fill(record.continent_code, other.continent_code);
  fill(record.continent_name, other.continent_name);
  if (!record.latitude && !record.longitude && record.location.empty()) {
    record.location = other.location;
    record.latitude = other.latitude;
    record.longitude = other.longitude;
  }
  fill(record.postal, other.postal);
  fill(record.timezone, other.timezone);
  fill(record.asn, other.asn);
  fill(record.as_name, other.as_name);
  fill(record.as_domain, other.as_domain);
  if (!record.is_eu) record.is_eu = other.is_eu;
  record.is_anycast = record.is_anycast || other.is_anycast;
}

void set_organisation(GeoRecord& record, std::string_view organisation) {
  organisation = trim(organisation);
  const std::size_t blank = organisation.find(' ');
  const std::string_view first = organisation.substr(0, blank);
  const bool numbered = first.size() > 2 && first.substr(0, 2) == "AS" &&
                        first.find_first_not_of("0123456789", 2) == std::string_view::npos;
  if (!numbered) {
    record.as_name = organisation;
    return;
  }
  record.asn = first;
  record.as_name = blank == std::string_view::npos ? std::string_view() : trim(organisation.substr(blank));
}

std::string asn_text(std::uint64_t number) { return fmt::format("AS{}", number); }

std::optional<double> parse_number(std::string_view text) {
  text = trim(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::string> full_location(const GeoRecord& record) {
  if (record.city.empty() || record.region.empty() || record.country_code.empty()) return std::nullopt;
  return fmt::format("{}, {}, {}", record.city, record.region, record.country_code);
}

}  // namespace weir::geocoding

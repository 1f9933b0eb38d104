// SPDX-License-Identifier: Apache-2.0
#include "tools/sample/geo.h"

#include "tests/support/mmdb_writer.h"
#include "tools/sample/places.h"

namespace weir::sample {
namespace {

using support::MmdbValue;

constexpr std::uint64_t kBuildEpoch = 1'714'521'600;  // 2024-05-01: the same bytes every time

MmdbValue named(std::string_view english) {
  return MmdbValue::map({{"names", MmdbValue::map({{"en", MmdbValue::text(std::string(english))}})}});
}

MmdbValue coded(std::string_view key, std::string_view code, std::string_view english) {
  return MmdbValue::map({{std::string(key), MmdbValue::text(std::string(code))},
                         {"names", MmdbValue::map({{"en", MmdbValue::text(std::string(english))}})}});
}

std::string_view continent_name(std::string_view code) {
  if (code == "NA") return "North America";
  if (code == "SA") return "South America";
  if (code == "EU") return "Europe";
  if (code == "AS") return "Asia";
  if (code == "AF") return "Africa";
  return "Oceania";
}

MmdbValue record(const Place& place) {
  MmdbValue::Map fields = {
      {"city", named(place.city)},
      {"continent", coded("code", place.continent, continent_name(place.continent))},
      {"country", coded("iso_code", place.country, place.country_name)},
      {"location", MmdbValue::map({{"latitude", MmdbValue::number(place.latitude)},
                                   {"longitude", MmdbValue::number(place.longitude)},
                                   {"time_zone", MmdbValue::text(std::string(place.time_zone))}})},
      {"postal", MmdbValue::map({{"code", MmdbValue::text(std::string(place.postal))}})},
      {"traits", MmdbValue::map({{"autonomous_system_number", MmdbValue::uint32(place.as_number)},
                                 {"autonomous_system_organization",
                                  MmdbValue::text(std::string(place.organisation))}})}};
  if (!place.region.empty()) fields.push_back({"subdivisions", MmdbValue::array({named(place.region)})});
  return MmdbValue::map(std::move(fields));
}

}  // namespace

Result<void> write_geo_database(const std::string& path) {
  support::MmdbOptions options;
  options.database_type = "Weir-Sample-City";
  options.build_epoch = kBuildEpoch;
  options.description = "Invented places of invented addresses, for weir's sample";
  support::MmdbWriter writer(options);
  for (std::size_t place = 0; place < places().size(); ++place) {
    TRY(writer.add(ipv4_network(place), record(places()[place])));
    TRY(writer.add(ipv6_network(place), record(places()[place])));
  }
  return writer.write(path).within("writing " + path);
}

}  // namespace weir::sample

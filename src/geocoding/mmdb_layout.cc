// SPDX-License-Identifier: Apache-2.0
#include "geocoding/mmdb_layout.h"

#include <array>
#include <initializer_list>

#include "base/text.h"

namespace weir::geocoding {
namespace {

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

/// Reads fields of one entry and remembers when the file turned out to be damaged.
class Entry {
 public:
  explicit Entry(MMDB_entry_s entry) : entry_(entry) {}

  int status() const { return status_; }

  MMDB_entry_data_s value(std::initializer_list<const char*> path) {
    constexpr std::size_t kDeepest = 4;
    std::array<const char*, kDeepest + 1> keys{};
    std::copy(path.begin(), path.end(), keys.begin());
    MMDB_entry_data_s data{};
    const int status = MMDB_aget_value(&entry_, &data, keys.data());
    if (status == MMDB_SUCCESS) return data;
    // These two only say that the field is missing.
    const bool missing =
        status == MMDB_INVALID_LOOKUP_PATH_ERROR || status == MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR;
    if (!missing) status_ = status;
    return {};
  }

  /// The text of a field; a number becomes its digits. Empty for anything else.
  std::string text(std::initializer_list<const char*> path) { return text_of(value(path)); }

  std::optional<double> number(std::initializer_list<const char*> path) {
    const MMDB_entry_data_s data = value(path);
    if (data.has_data && data.type == MMDB_DATA_TYPE_DOUBLE) return data.double_value;
    return parse_number(text_of(data));
  }

  bool flag(std::initializer_list<const char*> path) {
    const MMDB_entry_data_s data = value(path);
    return data.has_data && data.type == MMDB_DATA_TYPE_BOOLEAN && data.boolean;
  }

  /// The first of several names that the flat layouts give to one thing.
  std::string first_text(std::initializer_list<const char*> names) {
    for (const char* name : names) {
      if (std::string found = text({name}); !found.empty()) return found;
    }
    return {};
  }

 private:
  static std::string text_of(const MMDB_entry_data_s& data) {
    if (!data.has_data) return {};
    switch (data.type) {
      case MMDB_DATA_TYPE_UTF8_STRING: {
        const std::string_view text(data.utf8_string, data.data_size);
        return is_utf8(text) ? std::string(text) : std::string();
      }
      case MMDB_DATA_TYPE_UINT16:
        return std::to_string(data.uint16);
      case MMDB_DATA_TYPE_UINT32:
        return std::to_string(data.uint32);
      case MMDB_DATA_TYPE_UINT64:
        return std::to_string(data.uint64);
      case MMDB_DATA_TYPE_FLOAT:
        return fmt::format("{}", data.float_value);  // its shortest form, not that of a double
      case MMDB_DATA_TYPE_DOUBLE:
        return fmt::format("{}", data.double_value);
      default:
        return {};
    }
  }

  MMDB_entry_s entry_;
  int status_ = MMDB_SUCCESS;
};

/// "64500", "AS64500" -> "AS64500"; empty for anything else.
std::string normal_asn(std::string text) {
  if (starts_with(text, "AS")) text.erase(0, 2);
  if (text.empty() || text == "0" || text.find_first_not_of("0123456789") != std::string::npos) return {};
  return "AS" + text;
}

GeoRecord read_nested(Entry& entry) {
  GeoRecord record;
  record.city = entry.text({"city", "names", "en"});
  record.region = entry.text({"subdivisions", "0", "names", "en"});
  record.region_code = entry.text({"subdivisions", "0", "iso_code"});
  record.country_code = entry.text({"country", "iso_code"});
  record.country_name = entry.text({"country", "names", "en"});
  if (record.country_code.empty()) {
    // Some networks have no place of use, only the country that they are registered in.
    record.country_code = entry.text({"registered_country", "iso_code"});
    record.country_name = entry.text({"registered_country", "names", "en"});
  }
  record.continent_code = entry.text({"continent", "code"});
  record.continent_name = entry.text({"continent", "names", "en"});
  record.latitude = entry.number({"location", "latitude"});
  record.longitude = entry.number({"location", "longitude"});
  record.timezone = entry.text({"location", "time_zone"});
  record.postal = entry.text({"postal", "code"});
  if (entry.flag({"country", "is_in_european_union"})) record.is_eu = true;
  record.is_anycast = entry.flag({"traits", "is_anycast"});
  record.asn = normal_asn(entry.text({"autonomous_system_number"}));
  if (record.asn.empty()) record.asn = normal_asn(entry.text({"traits", "autonomous_system_number"}));
  record.as_name = entry.text({"autonomous_system_organization"});
  if (record.as_name.empty()) record.as_name = entry.text({"traits", "autonomous_system_organization"});
  return record;
}

/// `country` is a name where `country_code` exists, and elsewhere a code.
void read_flat_country(Entry& entry, GeoRecord& record) {
  std::string country = entry.text({"country"});
  record.country_code = entry.text({"country_code"});
  record.country_name = entry.text({"country_name"});
  record.continent_name = entry.text({"continent_name"});
  std::string continent = entry.text({"continent"});
  record.continent_code = entry.text({"continent_code"});
  if (record.continent_code.empty() && continent.size() == 2) record.continent_code = std::move(continent);
  if (record.country_code.empty() && country.size() == 2) {
    record.country_code = std::move(country);
  } else if (record.country_name.empty()) {
    record.country_name = std::move(country);
  }
}

GeoRecord read_flat(Entry& entry) {
  GeoRecord record;
  record.asn = normal_asn(entry.first_text({"asn", "autonomous_system_number"}));
  record.as_name = entry.first_text(
      {"as_name", "name", "autonomous_system_organization", "as_organization", "organization"});
  record.as_domain = entry.first_text({"as_domain", "domain"});
  // A file of AS numbers names the country where the network's owner sits, not that of the address.
  const bool is_asn_file = !entry.text({"route"}).empty();
  if (!is_asn_file) read_flat_country(entry, record);
  record.hostname = entry.text({"hostname"});
  record.city = entry.text({"city"});
  record.region = entry.first_text({"region", "state1", "stateprov"});
  record.region_code = entry.text({"region_code"});
  record.location = entry.text({"loc"});
  const std::string latitude = entry.first_text({"lat", "latitude"});
  const std::string longitude = entry.first_text({"lng", "lon", "longitude"});
  if (record.location.empty() && !latitude.empty() && !longitude.empty())
    record.location = latitude + "," + longitude;
  record.timezone = entry.first_text({"timezone", "time_zone"});
  record.postal = entry.first_text({"postal_code", "postal", "postcode", "zipcode"});
  return record;
}

MmdbLayout layout_of_entry(Entry& entry) {
  const MMDB_entry_data_s country = entry.value({"country"});
  if (country.has_data && country.type == MMDB_DATA_TYPE_MAP) return MmdbLayout::Nested;
  const bool has_city = entry.value({"city", "names"}).has_data || entry.value({"location"}).has_data ||
                        entry.value({"registered_country"}).has_data || entry.value({"traits"}).has_data;
  return has_city ? MmdbLayout::Nested : MmdbLayout::Flat;
}

}  // namespace

MmdbLayout layout_of(std::string_view database_type) {
  if (lower(database_type).find("ipinfo") != std::string::npos) return MmdbLayout::Flat;
  for (const std::string_view maker : {"GeoLite2-", "GeoIP2-", "DBIP-"}) {
    if (starts_with(database_type, maker)) return MmdbLayout::Nested;
  }
  return MmdbLayout::Unknown;
}

Result<GeoRecord> read_entry(MMDB_entry_s entry, MmdbLayout layout) {
  Entry fields(entry);
  if (layout == MmdbLayout::Unknown) layout = layout_of_entry(fields);
  GeoRecord record = layout == MmdbLayout::Nested ? read_nested(fields) : read_flat(fields);
  if (fields.status() != MMDB_SUCCESS) {
    return fail(ErrorCode::DataMismatch, "the file is damaged: {}", MMDB_strerror(fields.status()));
  }
  return record;
}

}  // namespace weir::geocoding

// SPDX-License-Identifier: Apache-2.0
// The shapes are described at https://ipinfo.io/developers/responses.
#include "geocoding/ipinfo_record.h"

#include <nlohmann/json.hpp>

namespace weir::geocoding {
namespace {

using Json = nlohmann::json;

std::string text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool flag(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

/// Numbers come as numbers or as texts.
std::optional<double> number(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return std::nullopt;
  if (found->is_number()) return found->get<double>();
  return found->is_string() ? parse_number(found->get_ref<const std::string&>()) : std::nullopt;
}

/// A nested object; an empty one when it is missing.
const Json& nested(const Json& object, const char* key) {
  static const Json nothing = Json::object();
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? *found : nothing;
}

/// `place` is the answer itself or, in the Core shape, its part "geo".
void read_place(const Json& place, GeoRecord& record) {
  record.city = text(place, "city");
  record.region = text(place, "region");
  record.region_code = text(place, "region_code");
  // "country" is the code in the classic shape, the name in the others.
  record.country_code = text(place, "country_code");
  if (record.country_code.empty()) {
    record.country_code = text(place, "country");
  } else {
    record.country_name = text(place, "country");
  }
  record.continent_code = text(place, "continent_code");
  record.continent_name = text(place, "continent");
  record.location = text(place, "loc");
  record.latitude = number(place, "latitude");
  record.longitude = number(place, "longitude");
  record.timezone = text(place, "timezone");
  record.postal = text(place, "postal_code");
  if (record.postal.empty()) record.postal = text(place, "postal");
}

void read_network(const Json& answer, GeoRecord& record) {
  set_organisation(record, text(answer, "org"));
  const Json& as = nested(answer, answer.contains("as") ? "as" : "asn");
  if (record.asn.empty()) record.asn = text(as, "asn");
  if (record.as_name.empty()) record.as_name = text(as, "name");
  record.as_domain = text(as, "domain");
  if (record.asn.empty()) record.asn = text(answer, "asn");
  if (record.as_name.empty()) record.as_name = text(answer, "as_name");
  if (record.as_domain.empty()) record.as_domain = text(answer, "as_domain");
}

}  // namespace

std::optional<GeoRecord> parse_ipinfo(std::string_view json) {
  const Json answer = Json::parse(json, nullptr, false);
  if (!answer.is_object() || answer.contains("error")) return std::nullopt;
  GeoRecord record;
  record.hostname = text(answer, "hostname");
  record.is_bogon = flag(answer, "bogon");
  record.is_anycast = flag(answer, "anycast") || flag(answer, "is_anycast");
  read_place(answer.contains("geo") ? nested(answer, "geo") : answer, record);
  read_network(answer, record);
  if (record == GeoRecord()) return std::nullopt;
  complete(record);
  return record;
}

}  // namespace weir::geocoding

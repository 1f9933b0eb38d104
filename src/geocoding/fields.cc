// SPDX-License-Identifier: Apache-2.0
#include "geocoding/fields.h"

#include <algorithm>
#include <variant>

#include "base/text.h"

namespace weir::geocoding {
namespace {

using model::Type;
using Value = std::variant<std::monostate, std::string, double, bool>;

Value text(const std::string& value) { return value.empty() ? Value() : Value(value); }
Value number(std::optional<double> value) { return value ? Value(*value) : Value(); }

struct Extractor {
  Field field;
  Value (*extract)(const GeoRecord&);
};

constexpr std::size_t kStandard = 13;
constexpr Extractor kFields[] = {
    {{"city", Type::Text, "City."}, [](const GeoRecord& r) { return text(r.city); }},
    {{"loc", Type::Text, "Latitude and longitude with a comma between."},
     [](const GeoRecord& r) { return text(r.location); }},
    {{"org", Type::Text, "Organisation that runs the network."},
     [](const GeoRecord& r) { return text(r.as_name); }},
    {{"hostname", Type::Text, "Host name of the address (ipinfo only)."},
     [](const GeoRecord& r) { return text(r.hostname); }},
    {{"country_name", Type::Text, "English name of the country."},
     [](const GeoRecord& r) { return text(r.country_name); }},
    {{"asn", Type::Text, "Number of the network, as in AS64500."},
     [](const GeoRecord& r) { return text(r.asn); }},
    {{"country", Type::Text, "ISO 3166 code of the country."},
     [](const GeoRecord& r) { return text(r.country_code); }},
    {{"timezone", Type::Text, "IANA time zone."}, [](const GeoRecord& r) { return text(r.timezone); }},
    {{"latitude", Type::Double, "Degrees north."}, [](const GeoRecord& r) { return number(r.latitude); }},
    {{"longitude", Type::Double, "Degrees east."}, [](const GeoRecord& r) { return number(r.longitude); }},
    {{"postal", Type::Text, "Postal code."}, [](const GeoRecord& r) { return text(r.postal); }},
    {{"region", Type::Text, "First-level region."}, [](const GeoRecord& r) { return text(r.region); }},
    {{"full_location", Type::Text, "City, region and country code; null when one of them is."},
     [](const GeoRecord& r) { return text(full_location(r).value_or("")); }},
    {{"region_code", Type::Text, "ISO 3166-2 code of the region, without the country."},
     [](const GeoRecord& r) { return text(r.region_code); }},
    {{"continent", Type::Text, "English name of the continent."},
     [](const GeoRecord& r) { return text(r.continent_name); }},
    {{"continent_code", Type::Text, "Two letters for the continent."},
     [](const GeoRecord& r) { return text(r.continent_code); }},
    {{"is_eu", Type::Boolean, "Whether the country is a member of the European Union."},
     [](const GeoRecord& r) { return r.is_eu ? Value(*r.is_eu) : Value(); }},
    {{"as_domain", Type::Text, "Domain of the organisation."},
     [](const GeoRecord& r) { return text(r.as_domain); }},
    {{"anycast", Type::Boolean, "True for an address that is served from several places."},
     [](const GeoRecord& r) { return r.is_anycast ? Value(true) : Value(); }},
    {{"bogon", Type::Boolean, "True for a private or reserved address, which has no location."},
     [](const GeoRecord& r) { return r.is_bogon ? Value(true) : Value(); }},
    {{"source", Type::Text, "Source of the location and its date."},
     [](const GeoRecord& r) { return text(r.source_version); }},
};

std::vector<Field> list_fields() {
  std::vector<Field> fields;
  for (const Extractor& extractor : kFields) fields.push_back(extractor.field);
  return fields;
}

std::vector<std::string> names_of(std::span<const Field> fields) {
  std::vector<std::string> names;
  for (const Field& field : fields) names.emplace_back(field.name);
  return names;
}

}  // namespace

std::span<const Field> all_fields() {
  static const std::vector<Field> fields = list_fields();
  return fields;
}

const std::vector<std::string>& standard_fields() {
  static const std::vector<std::string> names = names_of(all_fields().first(kStandard));
  return names;
}

Result<std::vector<std::size_t>> choose_fields(const std::vector<std::string>& names) {
  std::vector<std::size_t> chosen;
  for (const std::string& name : names) {
    const auto fields = all_fields();
    const auto found =
        std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; });
    if (found == fields.end()) {
      const std::vector<std::string> known = names_of(fields);
      const auto meant = closest(name, known);
      return fail(ErrorCode::InvalidConfig, "geocode has no field '{}'{}; it has {}", name,
                  meant ? ": did you mean '" + *meant + "'?" : std::string(), join(known));
    }
    const auto index = static_cast<std::size_t>(found - fields.begin());
    if (std::find(chosen.begin(), chosen.end(), index) != chosen.end()) {
      return fail(ErrorCode::InvalidConfig, "geocode names the field '{}' twice", name);
    }
    chosen.push_back(index);
  }
  return chosen;
}

Row::Row(const GeoRecord& record, std::span<const std::size_t> fields) : cells_(fields.size()) {
  std::vector<Value> values;
  std::size_t bytes = 0;
  for (const std::size_t field : fields) {
    values.push_back(kFields[field].extract(record));
    if (const auto* value = std::get_if<std::string>(&values.back())) bytes += value->size();
  }
  texts_.reserve(bytes);  // the cells point into it, so it must not move
  for (std::size_t i = 0; i < values.size(); ++i) {
    cells_[i].is_null = std::holds_alternative<std::monostate>(values[i]);
    if (const auto* value = std::get_if<std::string>(&values[i])) {
      const std::size_t start = texts_.size();
      texts_ += *value;
      cells_[i].text = model::Text(std::string_view(texts_).substr(start));
    } else if (const auto* numeric = std::get_if<double>(&values[i])) {
      cells_[i].number = *numeric;
    } else if (const auto* flag = std::get_if<bool>(&values[i])) {
      cells_[i].number = *flag ? 1 : 0;
    }
  }
}

}  // namespace weir::geocoding

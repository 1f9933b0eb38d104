// SPDX-License-Identifier: Apache-2.0
#include "geocoding/geocode_options.h"

namespace weir::geocoding {
namespace {

const config::Spec<IpinfoOptions>& ipinfo_spec() {
  static const auto spec =
      config::Spec<IpinfoOptions>("ipinfo", "Locations from the ipinfo API, kept in a cache.")
          .field("token", &IpinfoOptions::token, "Token of the account; env:IPINFO_TOKEN when left out.")
          .example("env:IPINFO_TOKEN")
          .field("endpoint", &IpinfoOptions::endpoint, "Address of the API, without the path of a question.")
          .field("batch_size", &IpinfoOptions::batch_size, "Addresses of one request; 1 asks for each alone.")
          .range(1, 1000)
          .field("max_lookups", &IpinfoOptions::max_lookups, "Most addresses to pay for in one run.")
          .range(0, 1e12)
          .field("max_lookups_month", &IpinfoOptions::max_lookups_month,
                 "Most addresses to pay for in a month of UTC, over all runs of the project.")
          .range(0, 1e12)
          .field("timeout", &IpinfoOptions::timeout, "Longest wait for an answer.")
          .field("cache_ttl", &IpinfoOptions::cache_ttl, "How long an answer is used again.")
          .field("negative_cache_ttl", &IpinfoOptions::negative_cache_ttl,
                 "How long an address that the API does not know is left alone.");
  return spec;
}

}  // namespace

const config::Spec<GeocodeOptions>& geocode_spec() {
  static const auto spec =
      config::Spec<GeocodeOptions>("geocode", "Adds the location and the network of an IP address.")
          .field("column", &GeocodeOptions::column, "Column that holds the addresses.")
          .required()
          .example("remote_ip")
          .shorthand()
          .field("prefix", &GeocodeOptions::prefix,
                 "Start of the new columns' names; the column and '_' when left out.")
          .example("client_")
          .field("database", &GeocodeOptions::database,
                 "MMDB files, relative to the project; where several know an address, the first wins.")
          .example("[geo/city.mmdb, geo/asn.mmdb]")
          .object("ipinfo", &GeocodeOptions::ipinfo, ipinfo_spec(),
                  "The ipinfo API, used when no MMDB file is given.")
          .field("fields", &GeocodeOptions::fields, "What to add, in this order.")
          .example("[country, city, latitude, longitude]")
          .check(
              [](const GeocodeOptions& options, const config::Node& node, config::Diagnostics& diagnostics) {
                const auto schema = geocode_schema(options);
                const config::Node* fields = node.find("fields");
                if (!schema.ok())
                  diagnostics.error(fields != nullptr ? fields->at() : node.at(), schema.error().message());
              });
  return spec;
}

Result<model::Schema> geocode_schema(const GeocodeOptions& options) {
  model::Schema schema;
  const std::string prefix = options.prefix.value_or(options.column + "_");
  for (const std::size_t field : TRY(choose_fields(options.fields))) {
    const Field& description = all_fields()[field];
    schema.columns.push_back({prefix + std::string(description.name), description.type});
  }
  return schema;
}

}  // namespace weir::geocoding

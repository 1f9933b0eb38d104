// SPDX-License-Identifier: Apache-2.0
#include "geocoding/geocode_options.h"

#include <gtest/gtest.h>

namespace weir::geocoding {
namespace {

/// The options of a YAML text; its problems come as text.
std::string problems(const std::string& yaml, GeocodeOptions* options = nullptr) {
  config::Diagnostics diagnostics;
  const auto node = config::parse_yaml(yaml, "p.yaml", diagnostics);
  if (!node) return diagnostics.to_string();
  GeocodeOptions read = geocode_spec().read(*node, diagnostics);
  if (options != nullptr) *options = std::move(read);
  return diagnostics.to_string();
}

TEST(GeocodeOptions, need_a_column_only) {
  GeocodeOptions options;
  EXPECT_EQ(problems("column: remote_ip", &options), "");
  EXPECT_EQ(options.column, "remote_ip");
  EXPECT_EQ(options.fields, standard_fields());
  EXPECT_FALSE(options.ipinfo.has_value());
  EXPECT_NE(problems("prefix: x_").find("column"), std::string::npos);
}

TEST(GeocodeOptions, hold_both_sources) {
  GeocodeOptions options;
  EXPECT_EQ(problems("{column: ip, prefix: c_, database: [a.mmdb, b.mmdb], ipinfo: {token: 'env:TOKEN', "
                     "max_lookups: 10, "
                     "cache_ttl: 90 d}, fields: [country, latitude, bogon]}",
                     &options),
            "");
  EXPECT_EQ(options.database.size(), 2U);
  ASSERT_TRUE(options.ipinfo.has_value());
  EXPECT_EQ(options.ipinfo->token.to_string(), "env:TOKEN");
  EXPECT_EQ(options.ipinfo->max_lookups, 10);
  EXPECT_EQ(options.ipinfo->cache_ttl.value, std::chrono::hours(24 * 90));
  EXPECT_EQ(model::to_string(*geocode_schema(options)), "c_country text, c_latitude double, c_bogon boolean");
}

TEST(GeocodeOptions, take_the_token_from_the_usual_variable) {
  GeocodeOptions options;
  EXPECT_EQ(problems("{column: ip, ipinfo: {batch_size: 500}}", &options), "");
  ASSERT_TRUE(options.ipinfo.has_value());
  EXPECT_EQ(options.ipinfo->token.to_string(), "env:IPINFO_TOKEN");
}

TEST(GeocodeOptions, report_a_wrong_field_where_it_stands) {
  const std::string text = problems("column: ip\nfields: [citty]");
  EXPECT_NE(text.find("p.yaml:2"), std::string::npos) << text;
  EXPECT_NE(text.find("did you mean 'city'?"), std::string::npos) << text;
}

TEST(GeocodeOptions, refuse_a_batch_that_the_api_would_refuse) {
  EXPECT_NE(problems("{column: ip, ipinfo: {batch_size: 1001}}").find("1000"), std::string::npos);
}

}  // namespace
}  // namespace weir::geocoding

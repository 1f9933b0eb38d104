// SPDX-License-Identifier: Apache-2.0
#include "transforms/testing.h"

namespace weir::transforms::testing {
namespace {

std::string masked(const std::vector<Cell>& values, Mask options) {
  Pipeline pipeline;
  pipeline.column("c");
  for (const auto& value : values) pipeline.row({value});
  pipeline.context.resolve_secret = [](const config::SecretReference& reference) -> Result<Secret> {
    if (reference.name == "KEY") return Secret("key");
    return fail(ErrorCode::NotFound, "the variable {} is not set", reference.name);
  };
  options.column = "c";
  return pipeline.then(std::move(options)).result();
}

TEST(Mask, E20_keeps_no_raw_addresses) {
  EXPECT_EQ(masked({"203.0.113.77", "2001:DB8:1:2:3::4", "::ffff:198.51.100.7", "host.example", kNull},
                   {.method = MaskMethod::TruncateAddress}),
            "203.0.113.0\n2001:db8:1::\n198.51.100.0\nNULL\nNULL\n");
  EXPECT_EQ(masked({"203.0.113.77", "2001:db8::1"},
                   {.method = MaskMethod::TruncateAddress, .ipv4_bits = 12, .ipv6_bits = 0}),
            "203.0.0.0\n::\n");
}

TEST(Mask, E20_hashes_with_a_secret_key) {
  EXPECT_EQ(masked({"The quick brown fox jumps over the lazy dog", kNull},
                   {.method = MaskMethod::Hmac, .key = {config::SecretPlace::Environment, "KEY", {}}}),
            "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8\nNULL\n");
}

TEST(Mask, reports_a_key_that_cannot_be_fetched) {
  EXPECT_NE(masked({}, {.method = MaskMethod::Hmac, .key = {config::SecretPlace::Environment, "NONE", {}}})
                .find("the variable NONE is not set"),
            std::string::npos);
  EXPECT_NE(masked({}, {.method = MaskMethod::Hmac}).find("hmac needs a `key`"), std::string::npos);
}

TEST(Mask, redacts_values_but_not_nulls) {
  EXPECT_EQ(masked({"secret", kNull}, {.method = MaskMethod::Redact, .text = "it's gone"}),
            "it's gone\nNULL\n");
}

TEST(Mask, keeps_only_the_domain_of_a_mail_address) {
  EXPECT_EQ(masked({"alice@example.com", "\"a@b\"@example.org", "nobody", "x@"},
                   {.method = MaskMethod::KeepDomain}),
            "*@example.com\n*@example.org\nNULL\nNULL\n");
}

}  // namespace
}  // namespace weir::transforms::testing

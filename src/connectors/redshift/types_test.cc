// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/types.h"

#include <gtest/gtest.h>

namespace weir::redshift {
namespace {

using model::Type;

TEST(RedshiftTypes, reads_what_the_catalog_says) {
  EXPECT_EQ(parse_type("character varying(255)"),
            (StoredType{Family::VarChar, 255, 0, "character varying(255)"}));
  EXPECT_EQ(parse_type("numeric(18,4)"), (StoredType{Family::Decimal, 18, 4, "numeric(18,4)"}));
  EXPECT_EQ(parse_type("timestamp without time zone").family, Family::Timestamp);
  EXPECT_EQ(parse_type("timestamp(6) with time zone").family, Family::TimestampTz);
  EXPECT_EQ(parse_type("binary varying(100)"), (StoredType{Family::VarByte, 100, 0, "binary varying(100)"}));
  EXPECT_EQ(parse_type("varbyte").length, 64'000U);
  EXPECT_EQ(parse_type("super").family, Family::Other);
}

TEST(RedshiftTypes, takes_only_what_comes_out_as_it_went_in) {
  const auto varchar = parse_type("character varying(20)");
  EXPECT_TRUE(takes(varchar, Type::Text));
  EXPECT_TRUE(takes(varchar, Type::Integer));
  EXPECT_FALSE(takes(varchar, Type::Blob));
  EXPECT_FALSE(takes(parse_type("integer"), Type::Text));
  EXPECT_FALSE(takes(parse_type("integer"), Type::Double));
  EXPECT_TRUE(takes(parse_type("timestamp with time zone"), Type::Timestamp));
  EXPECT_FALSE(takes(parse_type("date"), Type::Timestamp));
  EXPECT_FALSE(takes(parse_type("super"), Type::Json));
}

TEST(RedshiftTypes, declares_no_text_because_that_has_256_bytes) {
  EXPECT_EQ(declared_type(Type::Text, 0), "VARCHAR(256)");
  EXPECT_EQ(declared_type(Type::Text, 900), "VARCHAR(900)");
  EXPECT_EQ(declared_type(Type::Json, 65'535), "VARCHAR(65535)");
  EXPECT_EQ(declared_type(Type::Blob, 0), "VARBYTE(64000)");
}

TEST(RedshiftTypes, gives_half_as_much_room_again_within_the_limit) {
  EXPECT_EQ(roomy_length(200), 300U);
  EXPECT_EQ(roomy_length(60'000), kLongestVarChar);
}

}  // namespace
}  // namespace weir::redshift

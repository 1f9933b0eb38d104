// SPDX-License-Identifier: Apache-2.0
// A table that exists is taken over: columns are added, never changed or dropped.
#include "base/text.h"
#include "tests/conformance/destination_suite.h"

namespace weir::conformance {
namespace {

sdk::TableTarget people(std::string_view columns) {
  return {.table = "people", .schema = schema_of(columns)};
}

TEST_P(DestinationSuite, a_new_column_appears_and_old_rows_hold_null) {
  load(request("1", whole(), people("id integer, name text")), {{"1", "Ada"}});
  load(request("2", whole(), people("id integer, name text, city text, born date")),
       {{"2", "Bob", "Bonn", "1970-01-02"}});
  EXPECT_EQ(table("people", schema_of("id integer, name text, city text, born date")),
            "1|Ada|NULL|NULL\n2|Bob|Bonn|1970-01-02\n");
}

TEST_P(DestinationSuite, a_missing_column_stays_null) {
  load(request("1", whole(), people("id integer, name text, city text")), {{"1", "Ada", "Rome"}});
  load(request("2", whole(), people("id integer, city text")), {{"2", "Bonn"}});
  EXPECT_EQ(table("people", schema_of("id integer, name text, city text")), "1|Ada|Rome\n2|NULL|Bonn\n");
}

TEST_P(DestinationSuite, the_order_of_columns_does_not_matter) {
  load(request("1", whole(), people("id integer, name text, city text")), {{"1", "Ada", "Rome"}});
  load(request("2", whole(), people("city text, id integer, name text")), {{"Bonn", "2", "Bob"}});
  EXPECT_EQ(table("people", schema_of("id integer, name text, city text")), "1|Ada|Rome\n2|Bob|Bonn\n");
}

TEST_P(DestinationSuite, a_type_that_cannot_take_ours_is_a_data_mismatch) {
  load(request("1", whole(), people("id integer, age integer")), {{"1", "36"}});
  const auto error = refused(request("2", whole(), people("id integer, age text")));
  EXPECT_EQ(error.code(), ErrorCode::DataMismatch) << error.to_string();
  const auto message = lower(error.message());
  EXPECT_NE(message.find("age"), std::string::npos) << message;
  EXPECT_NE(message.find("text"), std::string::npos) << message;
  EXPECT_NE(message.find("int"), std::string::npos) << message;
  EXPECT_EQ(table("people", schema_of("id integer, age integer")), "1|36\n");
}

TEST_P(DestinationSuite, a_column_added_by_a_dropped_load_does_not_stay) {
  load(request("1", whole(), people("id integer")), {{"1"}});
  { const auto dropped = stage(request("2", whole(), people("id integer, age integer")), {{"2", "36"}}); }
  load(request("3", whole(), people("id integer, age text")), {{"3", "old"}});
  EXPECT_EQ(table("people", schema_of("id integer, age text")), "1|NULL\n3|old\n");
}

}  // namespace
}  // namespace weir::conformance

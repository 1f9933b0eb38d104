// SPDX-License-Identifier: Apache-2.0
// Rows that COPY refuses although weir found nothing wrong with them.
#include "connectors/redshift/destination_fixture.h"

namespace weir::redshift {
namespace {

TEST_F(RedshiftDestination, a_row_that_copy_refuses_is_named_with_its_place) {
  place_.sql("CREATE TABLE users (id BIGINT, name VARCHAR(5))");
  // Something in the table that weir cannot know of.
  place_.server().postgres_sql(
      fmt::format("CREATE FUNCTION {0}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
                  "'no Bob here'; END "
                  "$$; CREATE TRIGGER refuse BEFORE INSERT ON {0}.users FOR EACH ROW WHEN (new.name = 'Bob') "
                  "EXECUTE FUNCTION "
                  "{0}.refuse()",
                  place_.schema()));
  DestinationOptions options;
  options.refused_rows = RefusedRows::Fail;
  const auto error =
      load(request("1", WriteMode::Append), {{"1", "a\nb"}, {"2", "Bob"}, {"3", "x"}}, options);
  EXPECT_EQ(code_, ErrorCode::DataMismatch);
  EXPECT_NE(error.find("Redshift refused row 2 of table users (s3://"), std::string::npos) << error;
  EXPECT_NE(error.find(" line 3): no Bob here (error 1216)"), std::string::npos) << error;
  EXPECT_EQ(place_.sql("SELECT count(*) FROM users"), "0\n");
  // Set aside instead, although no COPY without loading finds it: the number is that of the row.
  const auto destination = place_.open();
  const auto begun = destination->begin(request("2", WriteMode::Append));
  const TestRows rows(kUsers, {{"1", "a\nb"}, {"2", "Bob"}, {"3", "x"}, {"4", "Bob"}, {"5", "y"}});
  ASSERT_TRUE((*begun)->write(0, rows.view()).ok());
  const auto prepared = (*begun)->prepare();
  ASSERT_TRUE(prepared.ok()) << prepared.error().to_string();
  EXPECT_EQ(told((*begun)->late_refusals(), rows),
            "0 row 1 loaded: no Bob here\n0 row 3 loaded: no Bob here\n");
  ASSERT_TRUE((*begun)->publish(entries(request("2", WriteMode::Append), 3)).ok());
  EXPECT_EQ(place_.sql("SELECT id FROM users ORDER BY id"), "1\n3\n5\n");
}

TEST_F(RedshiftDestination, rows_that_only_redshift_refuses_are_set_aside) {
  place_.sql("CREATE TABLE users (id BIGINT, name VARCHAR(20))");
  DestinationOptions options;
  options.part_size.bytes = 8;
  const auto destination = place_.open(options);
  const auto wanted = request("1", WriteMode::Replace);
  const auto begun = destination->begin(wanted);
  // The byte order mark of UTF-16 is no UTF-8; weir's own sources do not let it through.
  const TestRows rows(kUsers,
                      {{"1", "Ada"}, {"2", "a\n\xff\xfe"}, {"3", "Kim"}, {"4", "\xff"}, {"5", "Bob"}});
  ASSERT_TRUE((*begun)->write(0, rows.view()).ok());
  const auto prepared = (*begun)->prepare();
  ASSERT_TRUE(prepared.ok()) << prepared.error().to_string();
  const auto refusals = (*begun)->late_refusals();
  EXPECT_EQ(told(refusals, rows),
            "0 row 1 loaded: name 'a\n\xEF\xBF\xBD\xEF\xBF\xBD': String contains invalid or unsupported UTF8 "
            "codepoints\n0 row 3 loaded: name '\xEF\xBF\xBD': String contains invalid or unsupported UTF8 "
            "codepoints\n");
  std::string late;
  for (const auto& refused : refusals) {
    late += fmt::format("{} {} {}\n", refused.table, refused.line,
                        refused.reason.substr(0, refused.reason.find('.')));
    EXPECT_EQ(refused.bytes.substr(1, 1), "|") << refused.bytes;
    EXPECT_NE(refused.place.find("s3://"), std::string::npos);
  }
  EXPECT_EQ(late,
            "0 2 name 'a\n\xEF\xBF\xBD\xEF\xBF\xBD': String contains invalid or unsupported UTF8 codepoints\n"
            "0 2 name '\xEF\xBF\xBD': String contains invalid or unsupported UTF8 codepoints\n");
  ASSERT_TRUE((*begun)->publish(entries(wanted, 3)).ok());
  EXPECT_EQ(place_.sql("SELECT id, name FROM users ORDER BY id"), "1|Ada\n3|Kim\n5|Bob\n");
  EXPECT_EQ(place_.keys(), "");
}

TEST_F(RedshiftDestination, a_workgroup_that_has_only_the_newer_view_of_errors_tells_of_rows_too) {
  const auto rename = [](const std::string& view, const std::string& name) {
    return TestPlace::server().postgres_sql("SET allow_system_table_mods = on; ALTER VIEW pg_catalog." +
                                            view + " RENAME TO " + name);
  };
  place_.sql("SELECT 1");
  ASSERT_EQ(rename("stl_load_errors", "hidden"), "");
  const auto destination = place_.open();
  const auto wanted = request("1", WriteMode::Append);
  const auto begun = destination->begin(wanted);
  const TestRows rows(kUsers, {{"1", "Ada"}, {"2", "\xff"}, {"3", "Kim"}});
  const auto written = (*begun)->write(0, rows.view());
  const auto prepared = (*begun)->prepare();
  const auto late = (*begun)->late_refusals();
  ASSERT_EQ(rename("hidden", "stl_load_errors"), "");
  ASSERT_TRUE(written.ok() && prepared.ok()) << prepared.error().to_string();
  EXPECT_EQ(told(late, rows),
            "0 row 1 loaded: name: String contains invalid or unsupported UTF8 codepoints\n");
  ASSERT_TRUE((*begun)->publish(entries(wanted, 2)).ok());
  EXPECT_EQ(place_.sql("SELECT id FROM users ORDER BY id"), "1\n3\n");
}

TEST_F(RedshiftDestination, a_refused_row_of_a_merge_gives_way_to_the_one_that_it_had_overtaken) {
  place_.sql("CREATE TABLE users (id BIGINT, name VARCHAR(20)); INSERT INTO users VALUES (2, 'old')");
  const auto destination = place_.open();
  const auto wanted = request("1", WriteMode::Merge);
  const auto begun = destination->begin(wanted);
  const TestRows rows(kUsers, {{"1", "Ada"}, {"1", "\xff"}, {"2", "\xfe"}, {"3", "Kim"}, {"3", "Eve"}});
  const auto written = (*begun)->write(0, rows.view());
  ASSERT_TRUE(written.ok()) << written.error().to_string();
  EXPECT_EQ(written->deduplicated, 2U);
  const auto prepared = (*begun)->prepare();
  ASSERT_TRUE(prepared.ok()) << prepared.error().to_string();
  EXPECT_EQ(
      told((*begun)->late_refusals(), rows),
      "0 row 1 a duplicate: name '\xEF\xBF\xBD': String contains invalid or unsupported UTF8 codepoints\n"
      "0 row 2 loaded: name '\xEF\xBF\xBD': String contains invalid or unsupported UTF8 codepoints\n");
  ASSERT_TRUE((*begun)->publish(entries(wanted, 2)).ok());
  EXPECT_EQ(place_.sql("SELECT id, name FROM users ORDER BY id"), "1|Ada\n2|old\n3|Eve\n");
}

}  // namespace
}  // namespace weir::redshift

// SPDX-License-Identifier: Apache-2.0
// What only Redshift does: swaps that keep privileges, lengths in bytes, S3 that refuses, answers that
// are lost.
#include "connectors/redshift/destination_fixture.h"

namespace weir::redshift {
namespace {

TEST_F(RedshiftDestination, replace_keeps_owner_privileges_and_comments) {
  // Weakness D-15: grants and owner were lost or fixed at the swap.
  const auto role = place_.schema();
  place_.sql(fmt::format("CREATE USER {0}_looker; CREATE GROUP {0}_analysts; CREATE USER {0}_owner", role));
  place_.sql("CREATE TABLE users (id BIGINT NOT NULL, name VARCHAR(20) DEFAULT 'nobody', note VARCHAR(5))");
  place_.sql(
      fmt::format("GRANT SELECT ON users TO {0}_looker; GRANT SELECT, INSERT ON users TO GROUP {0}_analysts; "
                  "GRANT UPDATE (name) ON users TO PUBLIC; GRANT SELECT ON users TO PUBLIC",
                  role));
  place_.sql("COMMENT ON TABLE users IS 'who it''s about'; COMMENT ON COLUMN users.name IS 'full'");
  place_.sql(fmt::format("GRANT ALL ON SCHEMA {0} TO {0}_owner; ALTER TABLE users OWNER TO {0}_owner", role));
  const auto privileges = [&] {
    return place_.sql(
               "SELECT privilege_type, identity_name, identity_type FROM svv_relation_privileges WHERE "
               "relation_name = 'users' ORDER BY 1, 2") +
           place_.sql(
               "SELECT column_name, privilege_type, identity_name FROM svv_column_privileges WHERE "
               "relation_name = 'users' ORDER BY 1, 2") +
           place_.sql(
               "SELECT pg_get_userbyid(relowner), obj_description(oid), col_description(oid, 2) FROM "
               "pg_class WHERE relname = 'users'") +
           place_.sql(
               "SELECT attname, attnotnull FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > "
               "0");
  };
  const auto before = privileges();
  EXPECT_NE(before.find("who it's about"), std::string::npos) << before;
  EXPECT_NE(before.find("_analysts|group"), std::string::npos) << before;
  EXPECT_EQ(load(request("1", WriteMode::Replace), {{"1", "Ada"}}), "");
  EXPECT_EQ(privileges(), before);
  EXPECT_EQ(place_.sql("SELECT id, name, note FROM users"), "1|Ada|NULL\n");
  EXPECT_EQ(place_.sql("INSERT INTO users (id) VALUES (2); SELECT name FROM users WHERE id = 2"), "nobody\n");
  place_.server().postgres_sql(
      fmt::format("DROP SCHEMA {0} CASCADE; DROP OWNED BY {0}_owner, {0}_looker, "
                  "{0}_analysts; DROP ROLE {0}_owner, {0}_looker, {0}_analysts",
                  role));
}

TEST_F(RedshiftDestination, replace_keeps_views_that_read_the_table) {
  place_.sql("CREATE TABLE users (id BIGINT, name VARCHAR(20))");
  place_.sql("CREATE VIEW names AS SELECT name FROM users");
  EXPECT_EQ(load(request("1", WriteMode::Replace), {{"1", "Ada"}}), "");
  EXPECT_EQ(load(request("2", WriteMode::Replace), {{"2", "Bob"}}), "");
  EXPECT_EQ(place_.sql("SELECT name FROM names"), "Bob\n");
}

TEST_F(RedshiftDestination, a_real_dash_and_the_null_marker_itself_stay_text) {
  // Weakness D-10: the marker of NULL was a dash, so a real one became NULL.
  const std::vector<Row> rows = {{"1", "-"},   {"2", "@null@"}, {"3", std::nullopt}, {"4", "@null2@"},
                                 {"5", "\\N"}, {"6", ""},       {"7", "NULL"},       {"8", std::nullopt}};
  EXPECT_EQ(load(request("1", WriteMode::Replace), rows), "");
  EXPECT_EQ(place_.sql("SELECT id, name FROM users ORDER BY id"),
            "1|-\n2|@null@\n3|NULL\n4|@null2@\n5|\\N\n6|\n7|NULL\n8|NULL\n");
  EXPECT_EQ(place_.sql("SELECT id FROM users WHERE name IS NULL ORDER BY id"), "3\n8\n");
}

TEST_F(RedshiftDestination, delimiters_backslashes_and_line_ends_come_back) {
  // Weakness D-9: they broke or shifted rows.
  const std::vector<Row> rows = {{"1", "Doe, Jane | Web"},
                                 {"2", "C:\\temp\\"},
                                 {"3", "two\nlines\r\nand \"more\"'"},
                                 {"4", "\\n"},
                                 {"5", "|"},
                                 {"6", "\\"}};
  EXPECT_EQ(load(request("1", WriteMode::Append), rows), "");
  for (const auto& row : rows) {
    EXPECT_EQ(place_.sql("SELECT name FROM users WHERE id = " + *row[0]), *row[1] + "\n");
  }
}

TEST_F(RedshiftDestination, long_text_is_seen_before_redshift_sees_it) {
  // Weakness D-23: over-long text failed everything, and nothing named the row.
  place_.sql("CREATE TABLE users (id BIGINT, name VARCHAR(5))");
  const auto length =
      "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = "
      "'users'::regclass AND attname = 'name'";
  DestinationOptions options;
  options.long_text = LongText::Quarantine;
  EXPECT_EQ(load(request("1", WriteMode::Append), {{"1", "ééé"}, {"2", "éé"}}, options), "");
  EXPECT_EQ(refused_, "0: name 'ééé' has 6 bytes, and column name of table users takes 5\n");
  options.long_text = LongText::Truncate;
  EXPECT_EQ(load(request("2", WriteMode::Append), {{"3", "ééé"}}, options), "");
  EXPECT_EQ(place_.sql("SELECT id, name FROM users ORDER BY id"), "2|éé\n3|éé\n");
  EXPECT_EQ(place_.sql(length), "character varying(5)\n");
  options.long_text = LongText::Widen;
  EXPECT_EQ(load(request("3", WriteMode::Append), {{"4", "éééééééééé"}}, options), "");
  EXPECT_EQ(place_.sql("SELECT name FROM users WHERE id = 4"), "éééééééééé\n");
  EXPECT_EQ(place_.sql(length), "character varying(30)\n");
}

TEST_F(RedshiftDestination, widened_columns_serve_a_swap_and_a_merge_too) {
  for (const auto mode : {WriteMode::Replace, WriteMode::Merge}) {
    const auto table = std::string(model::name(mode)) + "d";
    place_.sql("CREATE TABLE " + table + " (id BIGINT, name VARCHAR(5))");
    EXPECT_EQ(load(request(table, mode, table), {{"1", "longer than five"}}), "");
    EXPECT_EQ(place_.sql("SELECT name FROM " + table), "longer than five\n");
  }
}

TEST_F(RedshiftDestination, a_merge_keeps_columns_that_the_rows_do_not_bring) {
  place_.sql("CREATE TABLE users (id BIGINT, name VARCHAR(20), city VARCHAR(20))");
  place_.sql("INSERT INTO users VALUES (1, 'Ada', 'Rome'), (2, 'Bob', 'Bonn')");
  EXPECT_EQ(load(request("1", WriteMode::Merge), {{"1", "Eve"}, {"3", "Kim"}}), "");
  EXPECT_EQ(place_.sql("SELECT id, name, city FROM users ORDER BY id"),
            "1|Eve|Rome\n2|Bob|Bonn\n3|Kim|NULL\n");
}

TEST_F(RedshiftDestination, staged_objects_are_gone_after_success_failure_and_abandonment) {
  EXPECT_EQ(load(request("1", WriteMode::Append), {{"1", "Ada"}}), "");
  EXPECT_EQ(place_.keys(), "");
  place_.sql("STAND_IN FAIL COPY WITH ERROR");
  EXPECT_NE(load(request("2", WriteMode::Append), {{"2", "Bob"}}), "");
  EXPECT_EQ(place_.keys(), "");
  {
    const auto destination = place_.open();
    const auto begun = destination->begin(request("3", WriteMode::Append));
    const TestRows rows(kUsers, {{"3", "Eve"}});
    ASSERT_TRUE((*begun)->write(0, rows.view()).ok());
    ASSERT_TRUE((*begun)->prepare().ok());
    EXPECT_NE(place_.keys(), "");
  }
  EXPECT_EQ(place_.keys(), "");
  EXPECT_EQ(place_.sql("SELECT id FROM users"), "1\n");
}

TEST_F(RedshiftDestination, what_a_killed_load_staged_is_removed_by_the_next_of_its_partition_only) {
  const std::string dead = "staging/loads/cmslite/client=2Fa=2Etgz/dead/users.txt";
  const std::string other = "staging/loads/cmslite/client=2Fa=2Etgz=2Ebak/alive/users.txt";
  ASSERT_TRUE(place_.store().put(dead, "1|x\n", {}).ok());
  ASSERT_TRUE(place_.store().put(other, "1|x\n", {}).ok());
  EXPECT_EQ(load(request("1", WriteMode::Append), {{"1", "Ada"}}), "");
  EXPECT_EQ(place_.keys(), other + "\n");
}

TEST_F(RedshiftDestination, a_batch_copy_stays_under_the_archive_it_came_from) {
  // Weakness D-20: batch objects of one archive overwrote those of another.
  DestinationOptions options;
  options.keep_staged = true;
  options.compression = StagedCompression::None;
  options.batch = "processed/batch/{{ partition.key }}/{{ table }}.txt";
  options.part_size.bytes = 4;
  EXPECT_EQ(load(request("1", WriteMode::Replace), {{"1", "Ada"}, {"2", "a|b"}}, options), "");
  EXPECT_EQ(place_.keys(),
            "processed/batch/client/a.tgz/users.2.txt\nprocessed/batch/client/a.tgz/users.txt\n");
  auto other = request("2", WriteMode::Replace);
  other.partition.key = "client/b.tgz";
  EXPECT_EQ(load(other, {{"3", "Eve"}}, options), "");
  EXPECT_EQ(load(request("3", WriteMode::Replace), {{"4", "Kim"}}, options), "");
  EXPECT_EQ(place_.keys(),
            "processed/batch/client/a.tgz/users.txt\nprocessed/batch/client/b.tgz/users.txt\n");
  EXPECT_EQ(*place_.store().read("processed/batch/client/a.tgz/users.txt", {0, 100}, ""), "4|Kim\n");
}

TEST_F(RedshiftDestination, tables_of_an_archive_appear_together_or_not_at_all) {
  // Weaknesses D-7 and D-8: one transaction a table left them of different days, or doubled rows.
  auto wanted = request("1", WriteMode::Append, "users");
  wanted.tables.push_back({.table = "groups", .schema = kUsers, .write = WriteMode::Replace});
  const auto destination = place_.open();
  const TestRows rows(kUsers, {{"1", "Ada"}});
  const auto fill = [&](sdk::Load& load) {
    ASSERT_TRUE(load.write(0, rows.view()).ok());
    ASSERT_TRUE(load.write(1, rows.view()).ok());
  };
  const auto first = destination->begin(wanted);
  fill(**first);
  ASSERT_TRUE((*first)->prepare().ok());
  place_.sql("STAND_IN FAIL COMMIT WITH ERROR");
  EXPECT_FALSE((*first)->publish(entries(wanted, 1)).ok());
  EXPECT_EQ(place_.sql("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = (SELECT oid FROM "
                       "pg_namespace WHERE nspname = current_schema())"),
            "");
  const auto second = destination->begin(wanted);
  fill(**second);
  ASSERT_TRUE((*second)->publish(entries(wanted, 1)).ok());
  EXPECT_EQ(place_.sql("SELECT count(*) FROM users"), "1\n");
  EXPECT_EQ(place_.sql("SELECT count(*) FROM groups"), "1\n");
}

TEST_F(RedshiftDestination, a_conflict_of_transactions_is_tried_once_more) {
  place_.sql("STAND_IN FAIL COMMIT WITH CONFLICT");
  EXPECT_EQ(load(request("1", WriteMode::Replace), {{"1", "Ada"}}), "");
  place_.sql("STAND_IN FAIL COPY WITH CONFLICT");
  EXPECT_EQ(load(request("2", WriteMode::Replace), {{"2", "Bob"}}), "");
  EXPECT_EQ(place_.sql("SELECT id FROM users"), "2\n");
  place_.sql("STAND_IN FAIL COMMIT WITH CONFLICT TIMES 2");
  EXPECT_NE(load(request("3", WriteMode::Replace), {{"3", "Eve"}}), "");
  EXPECT_EQ(code_, ErrorCode::Conflict);
  EXPECT_EQ(place_.sql("SELECT id FROM users"), "2\n");
}

TEST_F(RedshiftDestination, after_a_lost_answer_to_commit_the_ledger_knows) {
  const auto wanted = request("1", WriteMode::Append);
  place_.sql("STAND_IN FAIL COMMIT WITH LOST");
  EXPECT_NE(load(wanted, {{"1", "Ada"}}), "");
  EXPECT_EQ(code_, ErrorCode::Unavailable);
  const auto destination = place_.open();
  const auto known = destination->find_load(wanted.pipeline, wanted.partition.key);
  ASSERT_TRUE(known.ok()) << known.error().to_string();
  ASSERT_EQ(known->size(), 1U);
  EXPECT_EQ(known->front().load_id, "1");
  EXPECT_EQ(load(wanted, {{"1", "Ada"}}), "");
  EXPECT_EQ(place_.sql("SELECT id, name FROM users"), "1|Ada\n");
}

TEST_F(RedshiftDestination, a_commit_that_never_arrived_is_unknown_and_can_be_done_again) {
  const auto wanted = request("1", WriteMode::Append);
  place_.sql("STAND_IN FAIL COMMIT WITH DROP");
  EXPECT_NE(load(wanted, {{"1", "Ada"}}), "");
  EXPECT_EQ(code_, ErrorCode::Unavailable);
  EXPECT_TRUE(place_.open()->find_load(wanted.pipeline, wanted.partition.key)->empty());
  EXPECT_EQ(load(wanted, {{"1", "Ada"}}), "");
  EXPECT_EQ(place_.sql("SELECT id, name FROM users"), "1|Ada\n");
}

TEST_F(RedshiftDestination, an_answer_to_copy_that_is_lost_leaves_nothing) {
  EXPECT_EQ(load(request("1", WriteMode::Replace), {{"1", "Ada"}}), "");
  place_.sql("STAND_IN FAIL COPY WITH LOST");
  EXPECT_NE(load(request("2", WriteMode::Replace), {{"2", "Bob"}}), "");
  EXPECT_EQ(place_.sql("SELECT id FROM users"), "1\n");
}

TEST_F(RedshiftDestination, what_was_cut_or_widened_is_told) {
  place_.sql("CREATE TABLE users (id BIGINT, name VARCHAR(3))");
  DestinationOptions options;
  const auto told = [&](const std::string& id, const std::string& name) {
    const auto destination = place_.open(options);
    const auto begun = destination->begin(request(id, WriteMode::Append));
    const TestRows rows(kUsers, {{"1", name}});
    EXPECT_TRUE((*begun)->write(0, rows.view()).ok());
    EXPECT_TRUE((*begun)->prepare().ok());
    return join((*begun)->warnings(), "\n");
  };
  EXPECT_EQ(told("1", "Ada"), "");
  options.long_text = LongText::Truncate;
  options.nul_text = NulText::Strip;
  EXPECT_EQ(told("2", std::string("Ad\0elheid", 9)),
            "name of table users was cut in 1 rows\nname of table users lost NUL characters in 1 rows");
  options.long_text = LongText::Widen;
  EXPECT_EQ(told("3", "Adelheid"), "a column was made longer: ALTER TABLE \"" + place_.schema() +
                                       "\".\"users\" ALTER COLUMN \"name\" TYPE VARCHAR(12)");
}

TEST_F(RedshiftDestination, a_table_that_changes_under_a_load_is_a_conflict) {
  place_.sql("CREATE TABLE users (id BIGINT, name VARCHAR(5))");
  const auto destination = place_.open();
  const auto wanted = request("1", WriteMode::Append);
  const auto begun = destination->begin(wanted);
  const TestRows rows(kUsers, {{"1", "Ada"}});
  ASSERT_TRUE((*begun)->write(0, rows.view()).ok());
  place_.sql("DROP TABLE users; CREATE TABLE users (id BIGINT, name VARCHAR(2))");
  const auto prepared = (*begun)->prepare();
  ASSERT_FALSE(prepared.ok());
  EXPECT_EQ(prepared.error().code(), ErrorCode::Conflict);
}

TEST_F(RedshiftDestination, a_privilege_that_is_granted_under_a_load_is_kept) {
  place_.sql("CREATE TABLE users (id BIGINT, name VARCHAR(5))");
  const auto destination = place_.open();
  const auto wanted = request("1", WriteMode::Replace);
  const auto begun = destination->begin(wanted);
  const TestRows rows(kUsers, {{"1", "Ada"}});
  ASSERT_TRUE((*begun)->write(0, rows.view()).ok());
  place_.sql("GRANT SELECT ON users TO PUBLIC");
  ASSERT_TRUE((*begun)->publish(entries(wanted, 1)).ok());
  EXPECT_EQ(place_.sql("SELECT privilege_type FROM svv_relation_privileges WHERE relation_name = 'users' AND "
                       "identity_name = 'public' AND namespace_name = '" +
                       place_.schema() + "'"),
            "SELECT\n");
}

TEST_F(RedshiftDestination, s3_that_refuses_the_role_is_said_with_the_remedy) {
  place_.connection.iam_role = support::RedshiftServer::kGuestRole;
  const auto error = load(request("1", WriteMode::Append), {{"1", "Ada"}});
  EXPECT_EQ(code_, ErrorCode::PermissionDenied) << error;
  EXPECT_NE(error.find("must be able to read the staging bucket"), std::string::npos) << error;
  place_.connection.iam_role = "arn:aws:iam::1:role/Nobody";
  load(request("1", WriteMode::Append), {{"1", "Ada"}});
  EXPECT_EQ(code_, ErrorCode::PermissionDenied);
}

TEST_F(RedshiftDestination, keys_serve_where_there_is_no_role_and_never_appear_in_errors) {
  // Weakness D-14: keys travel inside SQL text.
  place_.connection.iam_role = "";
  EXPECT_EQ(load(request("1", WriteMode::Append), {{"1", "Ada"}}), "");
  EXPECT_EQ(place_.sql("SELECT id, name FROM users"), "1|Ada\n");
  place_.connection.copy_region = "not a region'";
  const auto error = load(request("2", WriteMode::Append), {{"2", "Bob"}});
  EXPECT_NE(error, "");
  EXPECT_EQ(error.find(support::S3Server::kSecret), std::string::npos) << error;
  EXPECT_EQ(error.find(support::S3Server::kAccessKey), std::string::npos) << error;
}

TEST_F(RedshiftDestination, check_names_what_is_missing) {
  EXPECT_TRUE(place_.open()->check().ok());
  place_.connection.schema = "nowhere";
  const auto no_schema = place_.open()->check();
  ASSERT_FALSE(no_schema.ok());
  EXPECT_EQ(no_schema.error().code(), ErrorCode::NotFound);
  EXPECT_NE(no_schema.error().message().find("nowhere"), std::string::npos);
}

}  // namespace
}  // namespace weir::redshift

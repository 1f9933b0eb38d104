// SPDX-License-Identifier: Apache-2.0
// Plans, statements, keys and words of errors: everything that needs no server.
#include <gtest/gtest.h>

#include "base/text.h"
#include "connectors/redshift/copy_statement.h"
#include "connectors/redshift/keys.h"
#include "connectors/redshift/load_errors.h"
#include "connectors/redshift/plan.h"
#include "connectors/redshift/table_sql.h"
#include "tests/support/memory_object_store.h"

namespace weir::redshift {
namespace {

using model::Type;
using model::WriteMode;

const model::Schema kPeople{{{"ID", Type::Integer}, {"name", Type::Text}}};

StoredTable stored_people() {
  StoredTable table;
  table.name = "people";
  table.owner = "owner";
  table.columns = {{"id", parse_type("bigint"), true, false, ""},
                   {"name", parse_type("character varying(10)"), false, false, "as in the \"passport\""}};
  return table;
}

sdk::TableTarget people(WriteMode mode) {
  sdk::TableTarget target{.table = "People", .schema = kPeople, .write = mode};
  if (mode == WriteMode::Merge) target.key = {"ID"};
  return target;
}

TablePlan planned(std::optional<StoredTable> stored, WriteMode mode) {
  auto plan = plan_table("App", std::move(stored), people(mode), {"all", std::nullopt});
  EXPECT_TRUE(plan.ok()) << plan.error().to_string();
  return *std::move(plan);
}

std::string lines(const std::vector<std::string>& statements) { return join(statements, ";\n"); }

TEST(RedshiftPlan, replaces_by_a_swap_only_when_a_copy_loses_nothing) {
  EXPECT_EQ(planned(stored_people(), WriteMode::Replace).mode, Mode::Swap);
  auto seen = stored_people();
  seen.hangs_on = {"view app.daily"};
  EXPECT_EQ(planned(seen, WriteMode::Replace).mode, Mode::Delete);
  EXPECT_EQ(planned(std::nullopt, WriteMode::Replace).mode, Mode::Delete);
}

TEST(RedshiftPlan, refuses_columns_that_differ_only_in_case) {
  auto target = people(WriteMode::Append);
  target.schema.columns.push_back({"Name", Type::Text});
  const auto plan = plan_table("app", std::nullopt, target, {"all", std::nullopt});
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().code(), ErrorCode::InvalidConfig);
}

TEST(RedshiftPlan, refuses_a_table_that_needs_a_column_the_rows_do_not_have) {
  auto stored = stored_people();
  stored.columns.push_back({"city", parse_type("character varying(10)"), true, false, ""});
  const auto plan = plan_table("app", stored, people(WriteMode::Append), {"all", std::nullopt});
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().code(), ErrorCode::DataMismatch);
  EXPECT_NE(plan.error().message().find("city"), std::string::npos);
  stored.columns.back().has_default = true;
  EXPECT_TRUE(plan_table("app", stored, people(WriteMode::Append), {"all", std::nullopt}).ok());
}

TEST(RedshiftPlan, refuses_a_view) {
  auto stored = stored_people();
  stored.is_table = false;
  EXPECT_EQ(plan_table("app", stored, people(WriteMode::Append), {"all", std::nullopt}).error().code(),
            ErrorCode::DataMismatch);
}

TEST(RedshiftSql, a_new_table_has_room_for_what_is_to_come) {
  const auto plan = planned(std::nullopt, WriteMode::Append);
  EXPECT_EQ(lines(before_copy_sql(plan, {0, 1000})),
            "CREATE TABLE \"app\".\"people\" (\n  \"id\" BIGINT,\n  \"name\" VARCHAR(1500)\n)");
}

TEST(RedshiftSql, columns_are_widened_outside_of_the_transaction_and_never_needlessly) {
  const auto plan = planned(stored_people(), WriteMode::Append);
  EXPECT_EQ(lines(widening_sql(plan, {0, 10})), "");
  EXPECT_EQ(lines(widening_sql(plan, {0, 20})),
            "ALTER TABLE \"app\".\"people\" ALTER COLUMN \"name\" TYPE VARCHAR(30)");
  EXPECT_EQ(lines(before_copy_sql(plan, {0, 20})), "");
}

TEST(RedshiftSql, a_swap_makes_a_table_like_the_old_one) {
  const auto plan = planned(stored_people(), WriteMode::Replace);
  EXPECT_EQ(lines(before_copy_sql(plan, {0, 0})),
            "CREATE TABLE \"app\".\"_weir_new_people\" (LIKE \"app\".\"people\" INCLUDING DEFAULTS)");
  EXPECT_EQ(lines(swap_sql(plan)),
            "ALTER TABLE \"app\".\"people\" RENAME TO \"_weir_old_people\";\n"
            "ALTER TABLE \"app\".\"_weir_new_people\" RENAME TO \"people\";\n"
            "DROP TABLE \"app\".\"_weir_old_people\"");
}

TEST(RedshiftSql, a_swap_gives_exactly_the_old_privileges_and_the_owner_last) {
  auto stored = stored_people();
  stored.comment = "those who work here";
  stored.privileges = {{"SELECT", "", "\"looker\"", false},
                       {"SELECT", "", "GROUP \"analysts\"", true},
                       {"UPDATE", "name", "PUBLIC", false}};
  const auto plan = planned(stored, WriteMode::Replace);
  const NewTable made{"loader", {{"SELECT", "", "\"looker\"", false}, {"INSERT", "", "\"guest\"", false}}};
  EXPECT_EQ(lines(likeness_sql(plan, made)),
            "COMMENT ON TABLE \"app\".\"_weir_new_people\" IS 'those who work here';\n"
            "COMMENT ON COLUMN \"app\".\"_weir_new_people\".\"name\" IS 'as in the \"passport\"';\n"
            "REVOKE INSERT ON \"app\".\"_weir_new_people\" FROM \"guest\";\n"
            "GRANT SELECT ON \"app\".\"_weir_new_people\" TO \"looker\";\n"
            "GRANT SELECT ON \"app\".\"_weir_new_people\" TO GROUP \"analysts\" WITH GRANT OPTION;\n"
            "GRANT UPDATE (\"name\") ON \"app\".\"_weir_new_people\" TO PUBLIC;\n"
            "ALTER TABLE \"app\".\"_weir_new_people\" OWNER TO \"owner\"");
}

TEST(RedshiftSql, no_statement_truncates) {
  for (const auto mode :
       {WriteMode::Append, WriteMode::Replace, WriteMode::Merge, WriteMode::ReplacePartition}) {
    auto view = stored_people();
    view.hangs_on = {"view app.daily"};
    for (const auto& stored : {stored_people(), view}) {
      const auto plan = planned(stored, mode);
      const auto all =
          lines(before_copy_sql(plan, {0, 0})) + lines(after_copy_sql(plan)) + lines(swap_sql(plan));
      EXPECT_EQ(all.find("TRUNCATE"), std::string::npos) << all;
    }
  }
}

TEST(RedshiftCopy, says_everything_that_copy_must_know) {
  CopyStatement copy;
  copy.table = "\"app\".\"people\"";
  copy.columns = {"id", "na\"me"};
  copy.manifest = "s3://lake/it's.manifest";
  copy.null_text = "@null@";
  copy.compression = StagedCompression::Gzip;
  copy.region = "ca-central-1";
  EXPECT_EQ(
      copy_sql(copy, CopyAccess::role("arn:aws:iam::1:role/r")),
      "COPY \"app\".\"people\" (\"id\", \"na\"\"me\") FROM 's3://lake/it''s.manifest' IAM_ROLE "
      "'arn:aws:iam::1:role/r' MANIFEST DELIMITER '|' ESCAPE NULL AS '@null@' GZIP REGION 'ca-central-1' "
      "DATEFORMAT 'auto' TIMEFORMAT 'auto' ROUNDEC COMPUPDATE OFF MAXERROR 0");
}

TEST(RedshiftCopy, keys_never_stay_in_an_error) {
  aws::Credentials keys;
  keys.access_key_id = "AKIDEXAMPLE";
  keys.secret_access_key = Secret("wJalrXUt/secret");
  keys.session_token = Secret("token==");
  const auto access = CopyAccess::keys(keys);
  EXPECT_EQ(access.sql(),
            "ACCESS_KEY_ID 'AKIDEXAMPLE' SECRET_ACCESS_KEY 'wJalrXUt/secret' SESSION_TOKEN 'token=='");
  const auto error = Error(ErrorCode::Internal, "syntax error near 'AKIDEXAMPLE' 'wJalrXUt/secret'")
                         .within("running COPY with token==")
                         .within("publishing");
  EXPECT_EQ(access.redacted(error).to_string(),
            "publishing: running COPY with ***: syntax error near '***' '***'");
  EXPECT_EQ(access.redacted(error).code(), ErrorCode::Internal);
}

sdk::LoadRequest two_tables() {
  sdk::LoadRequest request{.load_id = "L1",
                           .pipeline = "cms lite",
                           .partition = {"client/a.tgz", std::nullopt},
                           .tables = {people(WriteMode::Append), people(WriteMode::Append)}};
  request.tables[1].table = "groups";
  return request;
}

TEST(RedshiftKeys, every_partition_has_a_folder_that_is_part_of_no_other) {
  auto request = two_tables();
  EXPECT_EQ(partition_folder("staging", request), "staging/loads/cms=20lite/client=2Fa=2Etgz/");
  request.partition.key = "..";
  EXPECT_EQ(partition_folder("staging", request), "staging/loads/cms=20lite/=2E=2E/");
}

TEST(RedshiftKeys, a_batch_copy_lies_where_the_template_says) {
  DestinationOptions options;
  options.keep_staged = true;
  options.compression = StagedCompression::None;
  options.batch = "processed/batch/{{ partition.key }}/{{table}}.csv";
  const auto bases = part_bases(two_tables(), options, "staging", "folder/");
  ASSERT_TRUE(bases.ok()) << bases.error().to_string();
  EXPECT_EQ(join(*bases), "processed/batch/client/a.tgz/People.csv, processed/batch/client/a.tgz/groups.csv");
  options.batch_names = {{"People", "analytics_people"}};
  EXPECT_EQ(part_bases(two_tables(), options, "staging", "folder/")->front(),
            "processed/batch/client/a.tgz/analytics_people.csv");
  EXPECT_EQ(part_key(bases->front(), 1), "processed/batch/client/a.tgz/People.csv");
  EXPECT_EQ(part_key(bases->front(), 2), "processed/batch/client/a.tgz/People.2.csv");
  EXPECT_EQ(part_key("a.b/plain", 3), "a.b/plain.3");
}

TEST(RedshiftKeys, two_tables_never_share_a_batch_copy) {
  DestinationOptions options;
  options.keep_staged = true;
  options.batch = "processed/{{ partition.key }}.csv";
  const auto shared = part_bases(two_tables(), options, "staging", "folder/");
  ASSERT_FALSE(shared.ok());
  EXPECT_EQ(shared.error().code(), ErrorCode::InvalidConfig);
  options.batch = "processed/{{ nonsense }}.csv";
  EXPECT_EQ(part_bases(two_tables(), options, "staging", "folder/").error().code(), ErrorCode::InvalidConfig);
}

TEST(RedshiftErrors, a_refused_row_is_found_by_its_line_or_its_number) {
  const std::string text = "a|1\ntwo\\\nlines|2\nc|3\nd|4\n";
  LoadError error;
  error.line = 4;
  error.row = "c|3";
  EXPECT_EQ(find_row(text, error), 2U);  // the fourth line
  error.row = "d|4";
  EXPECT_EQ(find_row(text, error), 3U);  // the fourth row
  error.row = "";
  EXPECT_EQ(find_row(text, error), 2U);
  error.line = 99;
  EXPECT_EQ(find_row(text, error), std::nullopt);
}

TEST(RedshiftErrors, say_which_row_column_and_value) {
  const LoadError error{
      "s3://lake/p.txt", 17, "memo", "too long", "", 1204, "String length exceeds DDL length"};
  EXPECT_EQ(
      describe(error, "people", 16),
      "row 17 of table people (s3://lake/p.txt line 17): memo 'too long': String length exceeds DDL length "
      "(error 1204)");
}

TEST(RedshiftErrors, are_chosen_by_what_to_do_next) {
  const auto code = [](std::string_view message, std::string_view detail = "") {
    postgres::ServerError failure;
    failure.sqlstate = "XX000";
    failure.message = message;
    failure.detail = detail;
    return explain(failure, Error(ErrorCode::Internal, "?")).code();
  };
  EXPECT_EQ(code("1023", "Serializable isolation violation on table - 1"), ErrorCode::Conflict);
  EXPECT_EQ(code("S3ServiceException:Access Denied,Status 403,Error AccessDenied"),
            ErrorCode::PermissionDenied);
  EXPECT_EQ(code("User x is not authorized to assume IAM Role y"), ErrorCode::PermissionDenied);
  EXPECT_EQ(code("S3ServiceException:...,Error PermanentRedirect"), ErrorCode::InvalidConfig);
  EXPECT_EQ(code("S3ServiceException:Reduce your rate,Status 503,Error SlowDown"), ErrorCode::Unavailable);
  EXPECT_EQ(code("The specified S3 prefix 'x' does not exist"), ErrorCode::NotFound);
  EXPECT_EQ(code("Assert"), ErrorCode::Internal);
}

WriteBuffer bytes(std::string_view text) {
  WriteBuffer buffer;
  buffer.append(text);
  return buffer;
}

TEST(RedshiftStaging, uploads_parts_side_by_side_and_names_them_in_a_manifest) {
  support::MemoryObjectStore store("s3");
  Staging staging(store, StagedCompression::None, 2);
  std::deque<Part> parts;
  for (int i = 1; i <= 5; ++i) {
    auto& part = parts.emplace_back();
    part.key = "p" + std::to_string(i);
    ASSERT_TRUE(staging.add(part, bytes(std::string(static_cast<std::size_t>(i), 'x'))).ok());
  }
  ASSERT_TRUE(staging.finish().ok());
  ASSERT_TRUE(staging.write_manifest("m", {&parts[0], &parts[1]}).ok());
  EXPECT_EQ(store.text(),
            "m={\"entries\":[{\"url\":\"s3://bucket/p1\",\"mandatory\":true,\"meta\":{\"content_length\":1}},"
            "{\"url\":\"s3://bucket/p2\",\"mandatory\":true,\"meta\":{\"content_length\":2}}]}\n"
            "p1=x\np2=xx\np3=xxx\np4=xxxx\np5=xxxxx\n");
}

TEST(RedshiftStaging, an_upload_that_fails_fails_the_load) {
  support::MemoryObjectStore store("s3");
  store.fault = [](std::string_view operation, const std::string& key) -> std::optional<Error> {
    if (operation != "put" || key != "p2") return std::nullopt;
    return Error(ErrorCode::Unavailable, "503 SlowDown");
  };
  Staging staging(store, StagedCompression::Gzip, 1);
  std::deque<Part> parts(3);
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i].key = "p" + std::to_string(i + 1);
  for (auto& part : parts) {
    if (!staging.add(part, bytes("x")).ok()) break;
  }
  const auto finished = staging.finish();
  ASSERT_FALSE(finished.ok());
  EXPECT_EQ(finished.error().code(), ErrorCode::Unavailable);
  EXPECT_EQ(finished.error().to_string(), "staging s3://bucket/p2: 503 SlowDown");
}

TEST(RedshiftStaging, gzip_parts_can_be_read_back) {
  support::MemoryObjectStore store("s3");
  Staging staging(store, StagedCompression::Gzip, 1);
  Part part;
  part.key = "p.gz";
  ASSERT_TRUE(staging.add(part, bytes("a|b\n")).ok());
  ASSERT_TRUE(staging.finish().ok());
  EXPECT_EQ(*read_part(store, part, StagedCompression::Gzip), "a|b\n");
}

}  // namespace
}  // namespace weir::redshift

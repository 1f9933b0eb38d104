// SPDX-License-Identifier: Apache-2.0
// Rows that Redshift refuses after weir has staged them: they are set aside as they stood in the input,
// and loaded when the table takes them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/postgres_server.h"
#include "tests/support/redshift_server.h"
#include "tests/support/s3_server.h"
#include "tests/support/test_project.h"

namespace weir::integration {
namespace {

class RedshiftReplay : public testing::Test {
 protected:
  RedshiftReplay() {
    const auto& server = support::RedshiftServer::shared();
    warehouse_.sql("CREATE TABLE people (id BIGINT, name VARCHAR(20))");
    // Something in the table that weir cannot know of.
    server.postgres_sql(fmt::format(
        "CREATE FUNCTION {0}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no Bob "
        "here'; END $$; CREATE TRIGGER refuse BEFORE INSERT ON {0}.people FOR EACH ROW WHEN (new.name = "
        "'Bob') EXECUTE FUNCTION {0}.refuse()",
        warehouse_.name()));
    project_.write("weir.yaml",
                   fmt::format("connections:\n"
                               "  drop: {{type: s3, bucket: {0}, endpoint: \"{1}\"}}\n"
                               "  warehouse:\n    type: redshift\n    host: 127.0.0.1\n    port: {2}\n"
                               "    user: weir\n    password: env:DATABASE_PASSWORD\n    tls: disable\n"
                               "    database: {3}\n    schema: {4}\n    iam_role: {5}\n"
                               "    staging: {{connection: drop, prefix: staging}}\n",
                               bucket_.name(), bucket_.server().endpoint(), server.port(), server.database(),
                               warehouse_.name(), support::RedshiftServer::kRole));
    put("in/a.csv", "id,name\n1,Ada\n2,Bob\nx,Nobody\n3,Skip\n4,a name that is too long for it\n5,\"Bob\"\n");
    put("in/b.csv", "id,name\n6,Kim\n7,Bob\n8,Eve\n");
  }
  void put(const std::string& key, const std::string& text) {
    ASSERT_TRUE(bucket_.store().put(key, text, {}).ok());
  }
  void write_pipeline(const std::string& transforms) const {
    project_.write(
        "pipelines/people.yaml",
        "pipeline: people\nsource: {connection: drop, path: \"in/*.csv\", format: csv, columns: {id: "
        "text, name: text}}\ntransforms:\n  - cast: {id: integer}\n" +
            transforms +
            "destination: {connection: warehouse, table: people, write: append, long_text: "
            "quarantine, part_size: 1 KiB}\nmax_bad_rows: 10\n");
  }
  support::Ended weir(const std::vector<std::string>& arguments) const {
    return project_.weir(arguments, {{"DATABASE_PASSWORD", support::PostgresServer::shared().password()},
                                     {"AWS_ACCESS_KEY_ID", support::S3Server::kAccessKey},
                                     {"AWS_SECRET_ACCESS_KEY", support::S3Server::kSecret},
                                     {"AWS_REGION", support::S3Server::kRegion}});
  }
  std::string people() const { return warehouse_.sql("SELECT id, name FROM people ORDER BY id"); }
  /// read|loaded|filtered|quarantined of the newest load.
  std::string account() const {
    return warehouse_.sql(
        "SELECT rows_read, rows_loaded, rows_filtered, rows_quarantined FROM _weir_loads ORDER BY load_id "
        "DESC "
        "LIMIT 1");
  }
  std::string set_aside() const { return project_.read(".weir/quarantine/people/all.jsonl"); }
  void let_bob_in() const {
    support::RedshiftServer::shared().postgres_sql(
        fmt::format("DROP TRIGGER refuse ON {}.people", warehouse_.name()));
  }

  support::S3Bucket bucket_;
  support::RedshiftSchema warehouse_;
  support::TestProject project_;
};

bool has(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

TEST_F(RedshiftReplay, loads_rows_that_copy_had_refused_from_their_original_bytes) {
  write_pipeline("  - filter: \"name <> 'Skip'\"\n");
  const auto ended = weir({"run"});
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(people(), "1|Ada\n6|Kim\n8|Eve\n") << ended.output;
  EXPECT_EQ(account(), "9|3|1|5\n");
  const auto aside = set_aside();
  const std::string reason = R"x("reason":"no Bob here (error 1216)")x";
  for (const auto& row :
       {fmt::format(R"("input":"in/a.csv","line":3,"offset":14,{},"bytes":"2,Bob")", reason),
        fmt::format(R"("input":"in/a.csv","line":7,"offset":69,{},"bytes":"5,\"Bob\"")", reason),
        fmt::format(R"("input":"in/b.csv","line":3,"offset":14,{},"bytes":"7,Bob")", reason)}) {
    EXPECT_TRUE(has(aside, row)) << row << "\n" << aside;
  }
  EXPECT_FALSE(has(aside, "partial")) << aside;
  const auto too_early = weir({"quarantine", "replay", "people"});
  EXPECT_EQ(people(), "1|Ada\n6|Kim\n8|Eve\n") << too_early.output;
  EXPECT_EQ(account(), "9|3|1|5\n");
  EXPECT_TRUE(has(set_aside(), reason + R"(,"bytes":"2,Bob")"));
  let_bob_in();
  const auto replayed = weir({"quarantine", "replay", "people"});
  EXPECT_EQ(people(), "1|Ada\n2|Bob\n5|Bob\n6|Kim\n7|Bob\n8|Eve\n") << replayed.output;
  EXPECT_EQ(account(), "9|6|1|2\n");
}

TEST_F(RedshiftReplay, keeps_the_staged_text_of_rows_that_a_query_has_made) {
  project_.write("people.sql", "SELECT id + 100 AS id, name FROM input");
  write_pipeline("  - sql: people.sql\n");
  const auto ended = weir({"run"});
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(people(), "101|Ada\n103|Skip\n106|Kim\n108|Eve\n");
  EXPECT_TRUE(has(set_aside(), R"("bytes":"102|Bob","partial":true)")) << set_aside();
}

}  // namespace
}  // namespace weir::integration

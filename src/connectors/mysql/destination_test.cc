// SPDX-License-Identifier: Apache-2.0
// What is MySQL's own about its destination: values that it would change, keys, engines, lost answers.
#include "connectors/mysql/destination.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/conformance/destination_suite.h"
#include "tests/support/mariadb_server.h"

namespace weir::mysql {
namespace {

using conformance::Row;
using conformance::schema_of;

class MysqlDestinationTest : public ::testing::Test {
 protected:
  std::string sql(const std::string& text) { return database_.sql(text); }

  static sdk::LoadRequest request(const std::string& load_id, const std::vector<sdk::TableTarget>& targets) {
    return {load_id, "usage", conformance::whole(), targets};
  }
  static model::LedgerEntry entry(const sdk::LoadRequest& request, std::size_t table) {
    model::LedgerEntry entry;
    entry.load_id = request.load_id;
    entry.pipeline = request.pipeline;
    entry.partition = request.partition.key;
    entry.table = request.tables[table].table;
    return entry;
  }
  /// Everything from begin() to publish(); the outcome as "deduplicated 1\n0: reason\n", or the error.
  std::string load(const std::string& load_id, const sdk::TableTarget& target, const std::vector<Row>& rows) {
    const auto wanted = request(load_id, {target});
    auto begun = destination_->begin(wanted);
    if (!begun) return begun.error().to_string();
    const conformance::TestRows batch(target.schema, rows);
    const auto written = (*begun)->write(0, batch.view());
    if (!written) return written.error().to_string();
    const auto published = (*begun)->publish({entry(wanted, 0)});
    if (!published) return published.error().to_string();
    const auto count =
        written->deduplicated == 0 ? "" : fmt::format("deduplicated {}\n", written->deduplicated);
    return count + conformance::text_of(written->refused);
  }

  support::MariadbDatabase database_;
  DestinationOptions options_{config::Duration{std::chrono::seconds(1)}};
  std::unique_ptr<sdk::Destination> destination_ =
      make_mysql_destination(database_.options(), options_, database_.server().environment());
};

TEST_F(MysqlDestinationTest, values_that_the_server_would_change_are_refused) {
  sql("CREATE TABLE t (id BIGINT, price DECIMAL(6,2), code VARCHAR(3), small TINYINT, at DATETIME)");
  const sdk::TableTarget target{
      .table = "t", .schema = schema_of("id integer, price text, code text, small integer, at timestamp")};
  const auto told = load("1", target,
                         {{"1", "1.25", "abc", "127", "2024-01-01 00:00:00.000000"},
                          {"2", "1.255", "abc", "1", std::nullopt},
                          {"3", "1", "abcd", "1", std::nullopt},
                          {"4", "1", "abc", "128", std::nullopt},
                          {"5", "1", "abc", "1", "2024-01-01 00:00:00.500000"},
                          {"6", "much", "abc", "1", std::nullopt},
                          {"7", "-1", "größ", "1", std::nullopt},
                          {"8", std::nullopt, "größ", std::nullopt, std::nullopt}});
  for (const auto* part :
       {"1: price '1.255'", "2: code 'abcd'", "3: small 128", "4: at 2024-01-01T00:00:00.5Z has a finer",
        "5: price 'much'", "6: code 'größ'", "7: code 'größ'"}) {
    EXPECT_NE(told.find(part), std::string::npos) << part << " in\n" << told;
  }
  EXPECT_EQ(sql("SELECT id, price, code, small, at FROM t"), "1|1.25|abc|127|2024-01-01 00:00:00\n");
}

TEST_F(MysqlDestinationTest, rows_that_break_rules_are_refused_in_words) {
  sql("CREATE TABLE t (id BIGINT PRIMARY KEY, doc JSON, age INT NOT NULL, CHECK (age > 0))");
  const sdk::TableTarget target{.table = "t", .schema = schema_of("id integer, doc json, age integer")};
  const auto told =
      load("1", target, {{"1", "{}", "5"}, {"2", "{", "5"}, {"3", "{}", "-5"}, {"4", "{}", std::nullopt}});
  EXPECT_NE(told.find("1: "), std::string::npos) << told;
  EXPECT_NE(told.find("2: "), std::string::npos) << told;
  EXPECT_NE(told.find("3: age NULL"), std::string::npos) << told;
  EXPECT_EQ(sql("SELECT id FROM t"), "1\n");
}

TEST_F(MysqlDestinationTest, keys_differ_by_case_and_by_blanks_at_their_end) {
  const sdk::TableTarget target{
      .table = "t", .schema = schema_of("id text"), .key = {"id"}, .skip_known_keys = true};
  EXPECT_EQ(load("1", target, {{"a"}, {"A"}, {"a "}, {"ä"}, {"a"}}), "deduplicated 1\n");
  EXPECT_EQ(sql("SELECT COUNT(*) FROM t"), "4\n");
}

TEST_F(MysqlDestinationTest, a_table_with_another_unique_key_cannot_skip_or_merge) {
  sql("CREATE TABLE t (id BIGINT PRIMARY KEY, mail VARCHAR(9) UNIQUE)");
  sdk::TableTarget target{.table = "t", .schema = schema_of("id integer, mail text"), .key = {"id"}};
  target.skip_known_keys = true;
  EXPECT_NE(load("1", target, {}).find("another unique key"), std::string::npos);
  target.skip_known_keys = false;
  target.write = model::WriteMode::Merge;
  EXPECT_NE(load("1", target, {}).find("another unique key"), std::string::npos);
}

TEST_F(MysqlDestinationTest, a_merge_counts_what_it_overtakes_over_several_statements) {
  const sdk::TableTarget target{.table = "t",
                                .schema = schema_of("id integer, word text"),
                                .write = model::WriteMode::Merge,
                                .key = {"id"}};
  std::vector<Row> rows;
  const std::string long_word(1000, 'x');
  for (int i = 0; i < 3000; ++i) rows.push_back({std::to_string(i % 1500), long_word});
  EXPECT_EQ(load("1", target, rows), "deduplicated 1500\n");
  EXPECT_EQ(load("2", target, {{"1", "new"}}), "");
  EXPECT_EQ(sql("SELECT COUNT(*), SUM(word = 'new') FROM t"), "1500|1\n");
}

TEST_F(MysqlDestinationTest, many_bad_rows_among_good_ones_are_found_one_by_one) {
  sql("CREATE TABLE t (id BIGINT, small TINYINT)");
  std::vector<Row> rows;
  for (int i = 0; i < 2000; ++i) rows.push_back({std::to_string(i), std::to_string(i % 100 == 7 ? 1000 : 1)});
  const auto told = load("1", {.table = "t", .schema = schema_of("id integer, small integer")}, rows);
  EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 20) << told;
  EXPECT_EQ(sql("SELECT COUNT(*) FROM t"), "1980\n");
}

TEST_F(MysqlDestinationTest, a_table_that_cannot_take_a_load_back_is_refused) {
  sql("CREATE TABLE t (id BIGINT) ENGINE = MyISAM");
  const auto told = load("1", {.table = "t", .schema = schema_of("id integer")}, {{"1"}});
  EXPECT_NE(told.find("MyISAM"), std::string::npos) << told;
  EXPECT_NE(told.find("ENGINE = InnoDB"), std::string::npos) << told;
}

TEST_F(MysqlDestinationTest, text_without_a_length_can_be_a_key_where_the_server_allows_it) {
  sql("CREATE TABLE t (id LONGTEXT)");
  const sdk::TableTarget target{
      .table = "t", .schema = schema_of("id text"), .key = {"id"}, .skip_known_keys = true};
  EXPECT_EQ(load("1", target, {{"a"}, {"b"}}), "");
  EXPECT_EQ(load("2", target, {{"a"}, {"c"}}), "deduplicated 1\n");
}

TEST_F(MysqlDestinationTest, rows_that_share_the_key_to_be_are_named) {
  sql("CREATE TABLE t (id BIGINT);\nINSERT INTO t VALUES (1), (1)");
  const sdk::TableTarget target{.table = "t", .schema = schema_of("id integer"), .key = {"id"}};
  EXPECT_NE(load("1", target, {}).find("several rows with the same id"), std::string::npos);
}

TEST_F(MysqlDestinationTest, the_rows_of_several_tables_appear_together) {
  const auto wanted = request("1", {{.table = "a", .schema = schema_of("id integer")},
                                    {.table = "b", .schema = schema_of("id integer")}});
  auto begun = destination_->begin(wanted);
  ASSERT_TRUE(begun.ok()) << begun.error().to_string();
  const conformance::TestRows rows(schema_of("id integer"), {{"1"}});
  ASSERT_TRUE((*begun)->write(0, rows.view()).ok());
  ASSERT_TRUE((*begun)->write(1, rows.view()).ok());
  const std::string counts =
      "SELECT (SELECT COUNT(*) FROM a), (SELECT COUNT(*) FROM b), (SELECT COUNT(*) FROM _weir_loads)";
  EXPECT_EQ(sql(counts), "0|0|0\n");
  ASSERT_TRUE((*begun)->publish({entry(wanted, 0), entry(wanted, 1)}).ok());
  EXPECT_EQ(sql(counts), "1|1|2\n");
}

TEST_F(MysqlDestinationTest, a_new_table_of_a_dropped_load_is_gone_unless_others_use_it) {
  const auto wanted = request("1", {{.table = "a", .schema = schema_of("id integer")},
                                    {.table = "b", .schema = schema_of("id integer")}});
  {
    auto begun = destination_->begin(wanted);
    ASSERT_TRUE(begun.ok()) << begun.error().to_string();
    sql("INSERT INTO b VALUES (7)");
  }
  EXPECT_EQ(sql("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND "
                "TABLE_NAME IN ('a', 'b')"),
            "b\n");
}

TEST_F(MysqlDestinationTest, a_load_waits_for_another_one_and_gives_up_in_words) {
  const auto first = destination_->begin(request("1", {{.table = "a", .schema = schema_of("id integer")}}));
  ASSERT_TRUE(first.ok()) << first.error().to_string();
  const auto second = destination_->begin(request("2", {{.table = "b", .schema = schema_of("id integer")}}));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::Conflict);
  EXPECT_NE(second.error().message().find("another load"), std::string::npos) << second.error().message();
}

TEST_F(MysqlDestinationTest, a_query_hint_is_a_command_line) {
  EXPECT_EQ(destination_->query_hint("t").substr(0, 23), "mysql -h '127.0.0.1' -P");
}

}  // namespace
}  // namespace weir::mysql

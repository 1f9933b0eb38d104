// SPDX-License-Identifier: Apache-2.0
#include "engine/database.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace weir::engine {
namespace {

Connection connect(const DatabaseOptions& options = {}) {
  auto database = Database::open(options);
  EXPECT_TRUE(database.ok()) << database.error().to_string();
  return std::move(*database->connect());
}

/// A query's whole result as text, a line a row.
std::string show(Connection& connection, const std::string& sql) {
  auto rows = connection.query(sql);
  if (!rows.ok()) return "error: " + rows.error().to_string();
  std::string text;
  while (true) {
    auto batch = rows->next();
    if (!batch.ok()) return text + "error: " + batch.error().to_string();
    if (!*batch) return text;
    for (std::size_t row = 0; row < (*batch)->rows; ++row) {
      for (std::size_t i = 0; i < (*batch)->columns.size(); ++i) {
        const auto& column = (*batch)->columns[i];
        text += i == 0 ? "" : "|";
        if (column.is_null(row)) {
          text += "NULL";
        } else if (column.type == model::Type::Integer || column.type == model::Type::Timestamp) {
          text += std::to_string(column.at<std::int64_t>(row));
        } else if (column.type == model::Type::Double) {
          text += fmt::format("{}", column.at<double>(row));
        } else if (column.type == model::Type::Boolean) {
          text += column.at<std::uint8_t>(row) != 0 ? "true" : "false";
        } else if (column.type == model::Type::Date) {
          text += to_string(Date{column.at<std::int32_t>(row)});
        } else {
          text += column.text(row);
        }
      }
      text += "\n";
    }
  }
}

model::Schema all_types() {
  return {{{"b", model::Type::Boolean},
           {"i", model::Type::Integer},
           {"d", model::Type::Double},
           {"t", model::Type::Text},
           {"j", model::Type::Json},
           {"ts", model::Type::Timestamp},
           {"day", model::Type::Date}}};
}

model::Batch batch_of(std::size_t rows) {
  model::Batch batch(all_types());
  for (std::size_t row = 0; row < rows; ++row) {
    batch.add_row({row + 1, 0, 0});
    if (row % 3 == 2) continue;  // every third row is null throughout
    batch.set_boolean(0, row, row % 2 == 0);
    batch.set_integer(1, row, static_cast<std::int64_t>(row));
    batch.set_double(2, row, static_cast<double>(row) / 4);
    batch.set_text(3, row, batch.keep(fmt::format("row {} with a long text", row)));
    batch.set_text(4, row, R"({"a":1})");
    batch.set_timestamp(5, row, {static_cast<std::int64_t>(row)});
    batch.set_date(6, row, {static_cast<std::int32_t>(row)});
  }
  return batch;
}

TEST(Engine, maps_every_result_type_to_one_of_the_models) {
  auto connection = connect();
  EXPECT_EQ(
      show(connection,
           "SELECT 1::TINYINT, 2::UBIGINT, sum(x), 1.5::FLOAT, 1.25::DECIMAL(9,2), 1::DECIMAL(30,2), "
           "'t', {'a': 1}, [1, 2], TIMESTAMPTZ '1970-01-01 01:00:00+01', DATE '2022-01-24', true, NULL, "
           "'{}'::JSON FROM range(4) t(x)"),
      "1|2|6|1.5|1.25|1.00|t|{\"a\":1}|[1,2]|0|2022-01-24|true|NULL|{}\n");
}

TEST(Engine, refuses_integers_that_do_not_fit) {
  auto connection = connect();
  EXPECT_NE(show(connection, "SELECT 18446744073709551615::UBIGINT").find("error"), std::string::npos);
}

TEST(Engine, reads_rows_of_the_caller_again_and_again) {
  auto connection = connect();
  auto input = connection.define_input("rows_in", all_types());
  ASSERT_TRUE(input.ok()) << input.error().to_string();
  auto prepared = connection.prepare("SELECT count(*), sum(i), count(t), max(t) FROM rows_in()");
  ASSERT_TRUE(prepared.ok()) << prepared.error().to_string();
  for (const std::size_t rows : {5U, 0U, 5000U}) {
    const auto batch = batch_of(rows);
    input->set(batch.view());
    auto result = prepared->run();
    ASSERT_TRUE(result.ok()) << result.error().to_string();
    const auto answer = result->next();
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ((**answer).columns[0].at<std::int64_t>(0), static_cast<std::int64_t>(rows));
    EXPECT_EQ((**answer).columns[2].at<std::int64_t>(0), static_cast<std::int64_t>(rows - rows / 3));
  }
}

TEST(Engine, keeps_the_order_and_values_of_input_rows) {
  auto connection = connect();
  auto input = connection.define_input("rows_in", all_types());
  const auto batch = batch_of(3);
  input->set(batch.view());
  EXPECT_EQ(show(connection, "SELECT * FROM rows_in()"),
            "true|0|0|row 0 with a long text|{\"a\":1}|0|1970-01-01\n"
            "false|1|0.25|row 1 with a long text|{\"a\":1}|1|1970-01-02\n"
            "NULL|NULL|NULL|NULL|NULL|NULL|NULL\n");
  EXPECT_EQ(connection.describe("SELECT * FROM rows_in()")->columns, all_types().columns);
}

TEST(Engine, appends_batches_and_reads_them_back) {
  auto connection = connect();
  ASSERT_TRUE(connection
                  .execute("CREATE TABLE kept (b BOOLEAN, i BIGINT, d DOUBLE, t VARCHAR, j JSON, ts "
                           "TIMESTAMP, day DATE)")
                  .ok());
  auto appender = connection.append_to("kept");
  ASSERT_TRUE(appender.ok());
  const auto batch = batch_of(5000);
  ASSERT_TRUE(appender->append(batch.view()).ok());
  ASSERT_TRUE(appender->close().ok());
  EXPECT_EQ(show(connection, "SELECT count(*), count(t), max(i) FROM kept"), "5000|3334|4999\n");
}

/// Doubles its argument's length and says whether it was null.
class Measure final : public ScalarFunction {
 public:
  const std::string& name() const override { return name_; }
  const std::vector<model::Type>& arguments() const override { return arguments_; }
  const model::Schema& result() const override { return result_; }
  Result<void> apply(const model::BatchView& rows, model::Batch& out) const override {
    for (std::size_t row = 0; row < rows.rows; ++row) {
      out.add_row({});
      if (rows.columns[0].is_null(row)) {
        out.set_text(1, row, "was null, and this is a long text");
        continue;
      }
      if (rows.columns[0].text(row) == "fail") return fail(ErrorCode::DataMismatch, "told to fail");
      out.set_integer(0, row, static_cast<std::int64_t>(rows.columns[0].text(row).size()));
      out.set_text(1, row, rows.columns[0].text(row));
    }
    return {};
  }

 private:
  std::string name_ = "measure";
  std::vector<model::Type> arguments_ = {model::Type::Text};
  model::Schema result_ = {{{"length", model::Type::Integer}, {"copy", model::Type::Text}}};
};

TEST(Engine, calls_functions_of_the_product_with_nulls_too) {
  auto connection = connect();
  ASSERT_TRUE(connection.register_function(std::make_shared<Measure>()).ok());
  EXPECT_EQ(show(connection,
                 "SELECT m.length, m.copy FROM (SELECT measure(t) AS m FROM (VALUES ('a'), "
                 "('a text of many bytes'), (NULL)) v(t))"),
            "1|a\n20|a text of many bytes\nNULL|was null, and this is a long text\n");
  EXPECT_NE(show(connection, "SELECT measure('fail')").find("told to fail"), std::string::npos);
}

TEST(Engine, says_what_is_wrong_with_a_statement) {
  auto connection = connect();
  EXPECT_EQ(connection.query("SELEC 1").error().code(), ErrorCode::InvalidConfig);
  EXPECT_EQ(connection.query("SELECT nothing").error().code(), ErrorCode::InvalidConfig);
  EXPECT_EQ(connection.query("SELECT 1; SELECT 2").error().code(), ErrorCode::InvalidConfig);
  EXPECT_EQ(connection.describe("CREATE TABLE t (i INT)").error().code(), ErrorCode::InvalidConfig);
  EXPECT_NE(show(connection, "SELECT 'x'::INTEGER").find("error"), std::string::npos);
}

TEST(Engine, keeps_user_sql_away_from_files) {
  auto connection = connect();
  EXPECT_NE(show(connection, "SELECT * FROM read_text('/etc/hostname')").find("error"), std::string::npos);
}

TEST(Engine, spills_to_disk_within_its_memory) {
  const auto folder = std::filesystem::temp_directory_path() / "weir-engine-spill";
  auto connection = connect({.path = "", .memory_bytes = 60'000'000, .spill_folder = folder.string()});
  const auto made = connection.execute(
      "CREATE TABLE big AS SELECT i, md5(i::VARCHAR) AS t, md5((i+1)::VARCHAR) AS u "
      "FROM range(2000000) r(i)");
  ASSERT_TRUE(made.ok()) << made.error().to_string();
  EXPECT_EQ(
      *connection.query_integer("SELECT count(*) FROM big WHERE i IN (SELECT min(i) FROM big GROUP BY t)"),
      2000000);
  std::filesystem::remove_all(folder);
}

TEST(Engine, names_the_operators_of_a_plan) {
  auto connection = connect();
  auto input = connection.define_input("rows_in", all_types());
  const auto batch = batch_of(3);
  input->set(batch.view());
  const auto simple = connection.plan_operators("SELECT i + 1 FROM rows_in() WHERE i > 0");
  ASSERT_TRUE(simple.ok()) << simple.error().to_string();
  EXPECT_EQ(fmt::format("{}", fmt::join(*simple, ",")), "PROJECTION,FILTER,ROWS_IN");
}

}  // namespace
}  // namespace weir::engine

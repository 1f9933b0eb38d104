// SPDX-License-Identifier: Apache-2.0
// Values of every type, as the source reads them from a real MariaDB server.
#include "connectors/mysql/testing.h"

namespace weir::mysql {
namespace {

TEST_F(MysqlSourceTest, every_type_is_read_exactly) {
  sql("CREATE TABLE t (a TINYINT, b SMALLINT UNSIGNED, c MEDIUMINT, d INT UNSIGNED, e BIGINT, f BIGINT "
      "UNSIGNED, g DECIMAL(30,10), h FLOAT, i DOUBLE, j BIT(1), k BIT(10), l YEAR)");
  sql("INSERT INTO t VALUES (-128, 65535, -8388608, 4294967295, -9223372036854775808, 9223372036854775807, "
      "12345678901234567890.0123456789, 0.1, 0.1, b'1', b'1000000001', 2024)");
  const auto given = read_table("t");
  EXPECT_EQ(given.error + given.rejects, "");
  EXPECT_EQ(given.rows.at(0),
            "-128|65535|-8388608|4294967295|-9223372036854775808|9223372036854775807|"
            "12345678901234567890.0123456789|0.10000000149011612|0.1|true|513|2024\n");
}

TEST_F(MysqlSourceTest, times_keep_their_fractions_and_ranges) {
  sql("CREATE TABLE t (a DATE, b DATETIME(6), c TIMESTAMP(3) NULL, d TIME(1), e DATETIME);\n"
      "SET time_zone = '-08:00';\n"
      "INSERT INTO t VALUES ('9999-12-31', '1000-01-01 00:00:00.000001', '2024-05-13 21:40:05.125', "
      "'-838:59:59.0', '2024-05-13 21:40:05')");
  EXPECT_EQ(read_table("t").rows.at(0),
            "9999-12-31|1000-01-01T00:00:00.000001Z|2024-05-14T05:40:05.125Z|-838:59:59.0|"
            "2024-05-13T21:40:05Z\n");
}

TEST_F(MysqlSourceTest, a_datetime_is_of_the_stated_zone_and_a_timestamp_of_none) {
  options_.datetime_zone = "America/Vancouver";
  sql("CREATE TABLE t (a DATETIME, b TIMESTAMP);\n"
      "INSERT INTO t VALUES ('2024-01-15 16:00:00', '2024-01-15 16:00:00'), ('2024-07-15 16:00:00', "
      "'2024-07-15 16:00:00')");
  EXPECT_EQ(read_table("t").rows.at(0),
            "2024-01-16T00:00:00Z|2024-01-15T16:00:00Z\n2024-07-15T23:00:00Z|2024-07-15T16:00:00Z\n");
}

TEST_F(MysqlSourceTest, text_of_every_charset_arrives_in_utf8_and_bytes_stay_bytes) {
  sql("CREATE TABLE t (a VARCHAR(9) CHARACTER SET latin1, b TEXT CHARACTER SET utf8mb4, c VARBINARY(9), d "
      "BLOB, "
      "e ENUM('x', 'größe'), f SET('a', 'b'), g JSON, h CHAR(4));\n"
      "INSERT INTO t VALUES ('Größe', '🌊', x'00ff', x'80', 'größe', 'a,b', '{\"a\": 1}', 'x ')");
  const auto made = source({table("t")});
  const auto extraction = open(*made, whole());
  EXPECT_EQ(model::to_string(extraction->schema(0)),
            "a text, b text, c blob, d blob, e text, f text, g json, h text");
  EXPECT_EQ(drain(*extraction).rows.at(0),
            "Größe|🌊|" + std::string("\0\xff", 2) + "|\x80|größe|a,b|{\"a\": 1}|x\n");
}

TEST_F(MysqlSourceTest, null_is_not_an_empty_text) {
  sql("CREATE TABLE t (a TEXT, b INT);\nINSERT INTO t VALUES ('', NULL), (NULL, 0)");
  EXPECT_EQ(read_table("t").rows.at(0), "|NULL\nNULL|0\n");
}

TEST_F(MysqlSourceTest, a_number_that_no_integer_holds_is_set_aside) {
  sql("CREATE TABLE t (a BIGINT UNSIGNED, b BIT(64));\n"
      "INSERT INTO t VALUES (18446744073709551615, 0), (1, 0xffffffffffffffff), (2, 1)");
  const auto given = read_table("t");
  EXPECT_EQ(given.rows.at(0), "2|1\n");
  EXPECT_NE(given.rejects.find("a: 18446744073709551615 is larger"), std::string::npos) << given.rejects;
  EXPECT_NE(given.rejects.find("b: 18446744073709551615 is larger"), std::string::npos) << given.rejects;
}

TEST_F(MysqlSourceTest, dates_that_no_calendar_has_follow_the_policy) {
  sql("CREATE TABLE t (id INT, a DATE, b DATETIME);\nSET sql_mode = '';\n"
      "INSERT INTO t VALUES (1, '0000-00-00', '0000-00-00 00:00:00'), (2, '2024-00-10', '2024-02-29 "
      "01:02:03')");
  EXPECT_EQ(read_table("t").rows.at(0), "1|NULL|NULL\n2|NULL|2024-02-29T01:02:03Z\n");
  options_.zero_dates = ZeroDates::Text;
  EXPECT_EQ(read_table("t").rows.at(0),
            "1|0000-00-00|0000-00-00 00:00:00\n2|2024-00-10|2024-02-29 01:02:03\n");
  options_.zero_dates = ZeroDates::Reject;
  const auto given = read_table("t");
  EXPECT_EQ(given.rejects,
            "a: '0000-00-00' is in no calendar [1\t0000-00-00\t0000-00-00 00:00:00]\n"
            "a: '2024-00-10' is in no calendar [2\t2024-00-10\t2024-02-29 01:02:03]\n");
}

TEST_F(MysqlSourceTest, tinyint1_is_a_number_unless_said_otherwise) {
  sql("CREATE TABLE t (a TINYINT(1));\nINSERT INTO t VALUES (0), (1), (2)");
  EXPECT_EQ(read_table("t").rows.at(0), "0\n1\n2\n");
  options_.tinyint1_as_bool = true;
  const auto given = read_table("t");
  EXPECT_EQ(given.rows.at(0), "false\ntrue\n");
  EXPECT_EQ(given.rejects, "a: 2 is neither 0 nor 1, so it is no boolean [2]\n");
}

}  // namespace
}  // namespace weir::mysql

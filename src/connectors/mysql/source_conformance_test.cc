// SPDX-License-Identifier: Apache-2.0
// The contract of sources, kept by a real MariaDB server: a query whose rows have an order.
#include "connectors/mysql/source.h"
#include "tests/conformance/table_source.h"
#include "tests/support/mariadb_server.h"

namespace weir::conformance {
namespace {

class MysqlSourceUnderTest final : public TableSourceUnderTest {
 public:
  MysqlSourceUnderTest() : TableSourceUnderTest({.readable = "2000-01-01", .unreadable = "0000-00-00"}) {
    database_.sql(
        "CREATE TABLE events (day DATE, input INT, place INT, id BIGINT, word TEXT, born DATE, "
        "KEY (day, input, place))");
  }

  std::unique_ptr<sdk::Source> open() override {
    mysql::SourceOptions options;
    options.query =
        "SELECT id, word, born FROM events WHERE day >= {{ partition.start }} AND day < {{ partition.end }} "
        "ORDER BY input, place";
    options.zero_dates = mysql::ZeroDates::Reject;
    return mysql::make_mysql_source(database_.options(), options, {options}, database_.server().environment(),
                                    clock_);
  }

 private:
  std::string run(const std::string& sql) override { return database_.sql(sql); }
  std::string constant(const std::string& text) const override { return mysql::literal(text); }

  support::MariadbDatabase database_;
};

INSTANTIATE_TEST_SUITE_P(Mysql, SourceSuite, ::testing::Values(table_source_case<MysqlSourceUnderTest>()),
                         source_case_name);

}  // namespace
}  // namespace weir::conformance

// SPDX-License-Identifier: Apache-2.0
// The contract of sources, kept by a real PostgreSQL server: a query whose rows have an order.
#include "connectors/postgres/source.h"
#include "tests/conformance/table_source.h"
#include "tests/support/postgres_server.h"

namespace weir::conformance {
namespace {

class PostgresSourceUnderTest final : public TableSourceUnderTest {
 public:
  PostgresSourceUnderTest()
      : TableSourceUnderTest({.readable = "2000-01-01 00:00:00.000000", .unreadable = "infinity"}) {
    schema_.sql(
        "CREATE TABLE events (day date, input integer, place integer, id bigint, word text, at timestamp)");
  }

  std::unique_ptr<sdk::Source> open() override {
    postgres::SourceOptions options;
    options.query = fmt::format(
        "SELECT id, word, at FROM \"{}\".events WHERE day >= {{{{ partition.start }}}} AND day < "
        "{{{{ partition.end }}}} ORDER BY input, place",
        schema_.name());
    return postgres::make_postgres_source(schema_.options(), options, {options},
                                          schema_.server().environment(), clock_);
  }

 private:
  std::string run(const std::string& sql) override { return schema_.sql(sql); }
  std::string constant(const std::string& text) const override { return sql_literal(text); }

  support::PostgresSchema schema_;
};

INSTANTIATE_TEST_SUITE_P(Postgres, SourceSuite,
                         ::testing::Values(table_source_case<PostgresSourceUnderTest>()), source_case_name);

}  // namespace
}  // namespace weir::conformance

// SPDX-License-Identifier: Apache-2.0
// The contract of destinations, kept by a real PostgreSQL server.
#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "connectors/postgres/destination.h"
#include "tests/conformance/destination_suite.h"
#include "tests/support/postgres_server.h"

namespace weir::conformance {
namespace {

std::string canonical(const model::Column& column) {
  const auto name = sql_identifier(column.name);
  switch (column.type) {
    case model::Type::Boolean:
      return fmt::format("{}::text", name);
    case model::Type::Timestamp:
      return fmt::format("to_char({}, 'YYYY-MM-DD HH24:MI:SS.US')", name);
    case model::Type::Blob:
      return fmt::format("encode({}, 'hex')", name);
    default:
      return name;
  }
}

std::string bytes_of_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes += static_cast<char>(hex_digit(text[i]) * 16 + hex_digit(text[i + 1]));
  }
  return bytes;
}

Cell stored_cell(std::string_view text, model::Type type) {
  if (type == model::Type::Double) {
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return fmt::format("{}", value);
  }
  if (type == model::Type::Blob) return bytes_of_hex(text);
  return std::string(text);
}

class PostgresUnderTest final : public DestinationUnderTest {
 public:
  std::unique_ptr<sdk::Destination> open() override {
    return postgres::make_postgres_destination(schema_.options(), {}, schema_.server().environment());
  }

  std::optional<std::vector<Row>> read(const std::string& table, const model::Schema& columns) override {
    std::vector<std::string> names;
    for (const auto& column : columns.columns) names.push_back(canonical(column));
    auto target = *postgres::target_of(schema_.options(), schema_.server().environment());
    target.session_sql = postgres::session_sql(schema_.options());
    auto connection = postgres::Connection::open(target);
    if (!connection) throw std::runtime_error(connection.error().to_string());
    const auto rows = connection->execute(fmt::format("SELECT {} FROM {}.{}", join(names),
                                                      sql_identifier(schema_.name()), sql_identifier(table)));
    if (!rows) return std::nullopt;
    std::vector<Row> all(rows->size());
    for (std::size_t row = 0; row < rows->size(); ++row) {
      for (std::size_t i = 0; i < columns.size(); ++i) {
        all[row].push_back(rows->is_null(row, i) ? Cell()
                                                 : stored_cell(rows->text(row, i), columns.columns[i].type));
      }
    }
    return all;
  }

  /// An administrator ends the sessions that hold the table.
  std::shared_ptr<void> obstruct_publish(const std::string& table) override {
    schema_.sql(
        fmt::format("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = {}::regclass AND "
                    "pid <> pg_backend_pid()",
                    sql_literal(sql_identifier(table))));
    return std::make_shared<int>(0);
  }

 private:
  support::PostgresSchema schema_;
};

INSTANTIATE_TEST_SUITE_P(
    Postgres, DestinationSuite,
    ::testing::Values(DestinationCase{
        "server", [](const std::filesystem::path&) { return std::make_unique<PostgresUnderTest>(); }, {}}),
    case_name);

}  // namespace
}  // namespace weir::conformance

// SPDX-License-Identifier: Apache-2.0
// The contract of destinations, kept by a real MariaDB server.
#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "connectors/mysql/destination.h"
#include "tests/conformance/destination_suite.h"
#include "tests/support/mariadb_server.h"

namespace weir::conformance {
namespace {

Cell stored_cell(std::string_view text, model::Type type) {
  if (type == model::Type::Boolean) return text == "1" ? "true" : "false";
  if (type == model::Type::Double) {
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return fmt::format("{}", value);
  }
  return std::string(text);
}

class MysqlUnderTest final : public DestinationUnderTest {
 public:
  std::unique_ptr<sdk::Destination> open() override {
    return mysql::make_mysql_destination(database_.options(), {}, database_.server().environment());
  }

  std::optional<std::vector<Row>> read(const std::string& table, const model::Schema& columns) override {
    std::vector<std::string> names;
    for (const auto& column : columns.columns) names.push_back(mysql::identifier(column.name));
    auto target = database_.server().target();
    target.database = database_.name();
    auto connection = mysql::Connection::open(target);
    if (!connection) throw std::runtime_error(connection.error().to_string());
    const auto rows =
        connection->execute(fmt::format("SELECT {} FROM {}", join(names), mysql::identifier(table)));
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

  /// An administrator ends the sessions that are in a transaction.
  std::shared_ptr<void> obstruct_publish(const std::string&) override {
    const auto ids = database_.sql(
        fmt::format("SELECT ID FROM information_schema.PROCESSLIST WHERE DB = '{}' AND ID <> CONNECTION_ID()",
                    database_.name()));
    for (const auto& id : split(ids, '\n')) {
      if (!id.empty()) database_.sql("KILL " + id);
    }
    return std::make_shared<int>(0);
  }

 private:
  support::MariadbDatabase database_;
};

constexpr const char* kDdl = "MySQL commits every change of a table at once: a new one is there, and empty";

INSTANTIATE_TEST_SUITE_P(
    Mysql, DestinationSuite,
    ::testing::Values(DestinationCase{
        "server",
        [](const std::filesystem::path&) { return std::make_unique<MysqlUnderTest>(); },
        {{"a_new_table_is_not_visible_before_publish", kDdl},
         {"several_tables_publish_together", kDdl},
         {"a_column_added_by_a_dropped_load_does_not_stay",
          "MySQL commits every change of a table at once: the column stays, without values"}}}),
    case_name);

}  // namespace
}  // namespace weir::conformance

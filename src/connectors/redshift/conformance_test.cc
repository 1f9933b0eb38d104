// SPDX-License-Identifier: Apache-2.0
// The contract of destinations, kept by Redshift: the real S3 and a stand-in for the cluster.
#include <fmt/format.h>

#include <cstdlib>

#include "connectors/redshift/testing.h"
#include "tests/conformance/destination_suite.h"

namespace weir::conformance {
namespace {

/// A stored value in the suite's form: VARBYTE comes in hexadecimal.
Cell stored_cell(const postgres::Rows& rows, std::size_t row, std::size_t column, model::Type type) {
  if (rows.is_null(row, column)) return std::nullopt;
  const auto text = std::string(rows.text(row, column));
  if (type == model::Type::Boolean) return text == "t" ? "true" : "false";
  if (type == model::Type::Double) return fmt::format("{}", std::strtod(text.c_str(), nullptr));
  if (type != model::Type::Blob) return text;
  std::string bytes;
  for (std::size_t i = 2; i + 1 < text.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

/// What a column is read as.
std::string shown_column(const model::Column& column) {
  const auto name = sql_identifier(column.name);
  if (column.type == model::Type::Timestamp) return "to_char(" + name + ", 'YYYY-MM-DD HH24:MI:SS.US')";
  return name;
}

class RedshiftUnderTest final : public DestinationUnderTest {
 public:
  explicit RedshiftUnderTest(const redshift::DestinationOptions& options) : options_(options) {}

  std::unique_ptr<sdk::Destination> open() override { return place_.open(options_); }

  std::optional<std::vector<Row>> read(const std::string& table, const model::Schema& columns) override {
    auto connection = place_.connect();
    std::vector<std::string> names;
    for (const auto& column : columns.columns) names.push_back(shown_column(column));
    const auto found = connection.execute("SELECT " + join(names) + " FROM " +
                                          redshift::qualified(place_.schema(), redshift::folded(table)));
    if (!found) return std::nullopt;
    std::vector<Row> rows(found->size());
    for (std::size_t row = 0; row < rows.size(); ++row) {
      for (std::size_t i = 0; i < columns.size(); ++i) {
        rows[row].push_back(stored_cell(*found, row, i, columns.columns[i].type));
      }
    }
    return rows;
  }

  std::shared_ptr<void> obstruct_publish(const std::string&) override {
    place_.sql("STAND_IN FAIL COMMIT WITH ERROR TIMES 1000");
    return {this, [this](void*) { place_.sql("STAND_IN CLEAR"); }};
  }

 private:
  redshift::TestPlace place_;
  redshift::DestinationOptions options_;
};

DestinationCase redshift_case(const std::string& name, const redshift::DestinationOptions& options) {
  const auto make = [options](const std::filesystem::path&) {
    return std::make_unique<RedshiftUnderTest>(options);
  };
  return {name, make, {}};
}

redshift::DestinationOptions small_plain_parts() {
  redshift::DestinationOptions options;
  options.compression = redshift::StagedCompression::None;
  options.part_size.bytes = 50'000;
  return options;
}

INSTANTIATE_TEST_SUITE_P(Redshift, DestinationSuite,
                         ::testing::Values(redshift_case("gzip", {}),
                                           redshift_case("small_plain_parts", small_plain_parts())),
                         case_name);

}  // namespace
}  // namespace weir::conformance

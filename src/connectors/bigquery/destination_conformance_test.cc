// SPDX-License-Identifier: Apache-2.0
// The contract of destinations, kept by BigQuery: the sandbox's stand-in for it.
#include <fmt/format.h>

#include <charconv>

#include "connectors/bigquery/names.h"
#include "connectors/bigquery/testing.h"
#include "protocols/google/encoding.h"
#include "tests/conformance/destination_suite.h"

namespace weir::conformance {
namespace {

/// A stored value in the suite's form.
Cell stored_cell(const std::optional<std::string>& value, model::Type type) {
  if (!value) return std::nullopt;
  if (type == model::Type::Double) return fmt::format("{}", std::strtod(value->c_str(), nullptr));
  if (type == model::Type::Blob) return google::from_base64(*value);
  if (type != model::Type::Timestamp) return *value;
  std::int64_t micros = 0;
  std::from_chars(value->data(), value->data() + value->size(), micros);
  char text[26];
  write_sql_timestamp({micros}, text);
  return std::string(text, sizeof text);
}

class BigQueryUnderTest final : public DestinationUnderTest {
 public:
  explicit BigQueryUnderTest(bigquery::Staging staging) : dataset_(staging) {}

  std::unique_ptr<sdk::Destination> open() override {
    bigquery::DestinationOptions options;
    options.part_size.bytes = 500'000;
    return dataset_.destination(options);
  }

  std::optional<std::vector<Row>> read(const std::string& table, const model::Schema& columns) override {
    std::string names;
    for (const auto& name : *bigquery::column_names(columns, bigquery::Names::Replace, table)) {
      names += (names.empty() ? "`" : ", `") + name + "`";
    }
    const auto stored = dataset_.name(*bigquery::table_name(table, bigquery::Names::Replace));
    const auto found = google::query_rows(dataset_.client(), "SELECT " + names + " FROM " + stored.sql(), {});
    if (!found) {
      EXPECT_EQ(found.error().code(), ErrorCode::NotFound) << found.error().to_string();
      return std::nullopt;
    }
    std::vector<Row> rows;
    for (const auto& cells : *found) {
      auto& row = rows.emplace_back();
      for (std::size_t i = 0; i < columns.size(); ++i) {
        row.push_back(stored_cell(cells[i], columns.columns[i].type));
      }
    }
    return rows;
  }

  std::shared_ptr<void> obstruct_publish(const std::string&) override {
    dataset_.fault(
        {.method = "POST", .match = "/jobs", .times = 1000, .status = 403, .reason = "accessDenied"});
    return {this, [this](void*) { dataset_.server().faults().clear(); }};
  }

 private:
  bigquery::TestDataset dataset_;
};

DestinationCase bigquery_case(const std::string& name, bigquery::Staging staging) {
  const auto make = [staging](const std::filesystem::path&) {
    return std::make_unique<BigQueryUnderTest>(staging);
  };
  return {name, make, {}};
}

INSTANTIATE_TEST_SUITE_P(BigQuery, DestinationSuite,
                         ::testing::Values(bigquery_case("upload", bigquery::Staging::Upload)), case_name);

}  // namespace
}  // namespace weir::conformance

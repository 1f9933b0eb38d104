// SPDX-License-Identifier: Apache-2.0
// The contract of sources, kept by BigQuery: a query of the sandbox's stand-in whose rows have an order.
#include <fmt/format.h>

#include "base/json_text.h"
#include "connectors/bigquery/source.h"
#include "connectors/bigquery/testing.h"
#include "tests/conformance/source_suite.h"

namespace weir::conformance {
namespace {

class BigQuerySourceUnderTest final : public SourceUnderTest {
 public:
  explicit BigQuerySourceUnderTest(bigquery::Transfer transfer)
      : dataset_(transfer == bigquery::Transfer::Export ? bigquery::Staging::Bucket
                                                        : bigquery::Staging::Upload),
        transfer_(transfer) {
    dataset_.create(
        "events",
        {{"day", "DATE"}, {"input", "INT64"}, {"place", "INT64"}, {"id", "INT64"}, {"word", "STRING"}});
  }

  std::unique_ptr<sdk::Source> open() override {
    bigquery::SourceOptions options;
    options.query =
        "SELECT `id`, `word` FROM `sandbox.usage.events` WHERE `day` = {{ partition.date }} ORDER BY "
        "`input`, `place`";
    options.transfer = transfer_;
    return bigquery::make_bigquery_source(dataset_.dataset(), options, {options});
  }

  std::vector<RowPlace> put(const InputPlace& input, const std::vector<SourceRow>& rows) override {
    remove(input);
    const auto day = input.partition.key;
    auto number = std::stoull(dataset_.rows(
        fmt::format("SELECT COUNT(*) FROM `sandbox.usage.events` WHERE `day` = DATE '{}' AND `input` < {}",
                    day, input.number)));
    std::string lines;
    std::vector<RowPlace> places;
    for (const auto& row : rows) {
      std::string word;
      if (row.word) write_json_string(word, *row.word);
      lines += fmt::format(R"({{"day":"{}","input":{},"place":{},"id":{})", day, input.number, places.size(),
                           row.id);
      lines += (row.word ? ",\"word\":" + word : "") + "}\n";
      const bool is_export = transfer_ == bigquery::Transfer::Export;
      const auto id = is_export ? fmt::format("\"{}\"", row.id) : std::to_string(row.id);
      places.push_back(
          {++number, 0, fmt::format("{{\"id\":{}{}}}", id, row.word ? ",\"word\":" + word : "")});
    }
    if (!rows.empty()) dataset_.add_lines("events", lines);
    return places;
  }

  void remove(const InputPlace& input) override {
    dataset_.run(fmt::format("DELETE FROM `sandbox.usage.events` WHERE `day` = DATE '{}' AND `input` = {}",
                             input.partition.key, input.number));
  }
  void cut_short(const InputPlace&) override {}
  std::string remove_place() override {
    EXPECT_TRUE(google::BigQueryTables(dataset_.client()).remove(dataset_.name("events")).ok());
    return "events";
  }

 private:
  bigquery::TestDataset dataset_;
  bigquery::Transfer transfer_;
};

constexpr const char* kOneInput = "a query is one input, whatever rows it gives";
constexpr const char* kOver =
    "without a column of changes, a partition that is over is taken to stay as it is";
constexpr const char* kResult = "the rows of a query stay as they were when it ran";
constexpr const char* kReadable = "BigQuery gives no value that weir cannot read";

const std::map<std::string, std::string> kDeviations = {
    {"a_partition_without_input_gives_no_inputs",
     "a query without rows of the partition is read all the same"},
    {"inputs_stay_the_same_while_nothing_changes", kOneInput},
    {"the_stamp_of_a_changed_input_changes", kOver},
    {"the_earliest_input_is_found_or_unknown", "a query does not say which of its columns is the time"},
    {"an_input_that_changed_before_it_was_opened_is_a_conflict", kOver},
    {"an_input_that_changes_while_it_is_read_is_a_conflict", kResult},
    {"an_input_that_shrinks_while_it_is_read_is_a_conflict", kResult},
    {"a_later_input_that_changes_while_the_first_is_read_is_a_conflict", kResult},
    {"an_input_that_is_gone_after_it_was_listed_is_missed", kOneInput},
    {"an_input_cut_short_is_a_data_mismatch", "a page that is cut short is asked for again"},
    {"bytes_read_grow_until_they_reach_the_total", "a query does not say beforehand how much it gives"},
    {"a_bad_row_is_set_aside_with_its_place_and_bytes", kReadable},
    {"bad_rows_alone_are_set_aside", kReadable},
    {"a_row_that_is_refused_later_knows_its_place_and_bytes", kOneInput},
    {"a_replay_decodes_corrected_bytes", kReadable},
};

SourceCase bigquery_case(const std::string& name, bigquery::Transfer transfer) {
  const auto make = [transfer](const std::filesystem::path&) {
    return std::make_unique<BigQuerySourceUnderTest>(transfer);
  };
  return {name, make, "id", "word", kDeviations};
}

INSTANTIATE_TEST_SUITE_P(BigQuery, SourceSuite,
                         ::testing::Values(bigquery_case("pages", bigquery::Transfer::Pages)),
                         source_case_name);

}  // namespace
}  // namespace weir::conformance

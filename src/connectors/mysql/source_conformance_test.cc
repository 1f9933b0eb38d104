// SPDX-License-Identifier: Apache-2.0
// The contract of sources, kept by a real MariaDB server: a query whose rows have an order.
#include <fmt/format.h>

#include <span>

#include "base/text.h"
#include "connectors/mysql/source.h"
#include "tests/conformance/source_suite.h"
#include "tests/support/mariadb_server.h"

namespace weir::conformance {
namespace {

constexpr const char* kZeroDate = "0000-00-00";
constexpr const char* kDate = "2000-01-01";

/// The line of a row, as quarantine keeps it.
std::string line(const SourceRow& row) {
  std::string word;
  for (const char c : row.word.value_or("")) {
    word += c == '\n' ? "\\n" : c == '\\' ? "\\\\" : c == '\t' ? "\\t" : std::string(1, c);
  }
  const bool readable = row.readable == SourceRow::Readable::Yes;
  return fmt::format("{}\t{}\t{}", row.id, row.word ? word : "\\N", readable ? kDate : kZeroDate);
}

class MysqlSourceUnderTest final : public SourceUnderTest {
 public:
  MysqlSourceUnderTest() {
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

  std::vector<RowPlace> put(const InputPlace& input, const std::vector<SourceRow>& rows) override {
    remove(input);
    const auto day = input.partition.key;
    const auto before = database_.sql(
        fmt::format("SELECT COUNT(*) FROM events WHERE day = '{}' AND input < {}", day, input.number));
    auto number = static_cast<std::uint64_t>(std::stoul(before));
    std::vector<std::string> values;
    std::vector<RowPlace> places;
    for (const auto& row : rows) {
      ++number;
      values.push_back(fmt::format("('{}', {}, {}, {}, {}, '{}')", day, input.number, places.size(), row.id,
                                   row.word ? mysql::literal(*row.word) : "NULL",
                                   row.readable == SourceRow::Readable::Yes ? kDate : kZeroDate));
      places.push_back({number, 0, line(row)});
    }
    constexpr std::size_t kAtOnce = 5000;
    for (std::size_t i = 0; i < values.size(); i += kAtOnce) {
      const auto piece = std::span(values).subspan(i, std::min(kAtOnce, values.size() - i));
      EXPECT_EQ(database_.sql("INSERT INTO events VALUES " + join(piece)), "");
    }
    return places;
  }

  void remove(const InputPlace& input) override {
    database_.sql(
        fmt::format("DELETE FROM events WHERE day = '{}' AND input = {}", input.partition.key, input.number));
  }
  void cut_short(const InputPlace&) override {}
  std::string remove_place() override {
    database_.sql("DROP TABLE events");
    return "events";
  }

 private:
  support::MariadbDatabase database_;
  io::ManualClock clock_{parse_timestamp("2026-01-01T00:00:00Z").value()};
};

constexpr const char* kOneInput = "a query is one input, whatever rows it gives";
constexpr const char* kOver =
    "without a column of changes, a partition that is over is taken to stay as it is";
constexpr const char* kSnapshot = "all rows are read from one snapshot, whatever happens meanwhile";
constexpr const char* kNothingToCut = "a server sends whole rows or fails";

const std::map<std::string, std::string> kDeviations = {
    {"a_partition_without_input_gives_no_inputs",
     "a table without rows of the partition is read all the same"},
    {"inputs_stay_the_same_while_nothing_changes", kOneInput},
    {"the_stamp_of_a_changed_input_changes", kOver},
    {"an_input_that_changed_before_it_was_opened_is_a_conflict", kOver},
    {"an_input_that_changes_while_it_is_read_is_a_conflict", kSnapshot},
    {"an_input_that_shrinks_while_it_is_read_is_a_conflict", kSnapshot},
    {"a_later_input_that_changes_while_the_first_is_read_is_a_conflict", kSnapshot},
    {"an_input_that_is_gone_after_it_was_listed_is_missed", kOneInput},
    {"an_input_cut_short_is_a_data_mismatch", kNothingToCut},
    {"bytes_read_grow_until_they_reach_the_total", "a server does not say beforehand how much it will send"},
    {"a_bad_row_is_set_aside_with_its_place_and_bytes", kOneInput},
    {"a_row_that_is_refused_later_knows_its_place_and_bytes", kOneInput},
};

INSTANTIATE_TEST_SUITE_P(Mysql, SourceSuite,
                         ::testing::Values(SourceCase{"query",
                                                      [](const std::filesystem::path&) {
                                                        return std::make_unique<MysqlSourceUnderTest>();
                                                      },
                                                      "id", "word", kDeviations}),
                         source_case_name);

}  // namespace
}  // namespace weir::conformance

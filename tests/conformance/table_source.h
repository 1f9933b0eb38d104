// SPDX-License-Identifier: Apache-2.0
// A source of a database for the suite of sources: a query over a table whose rows have an order. A database
// says how it runs SQL and which value no source can read.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/text.h"
#include "io/clock.h"
#include "tests/conformance/source_suite.h"

namespace weir::conformance {

/// The values of a third column, as SQL and as a line have them.
struct TimeWords {
  const char* readable;
  const char* unreadable;
};

class TableSourceUnderTest : public SourceUnderTest {
 public:
  std::vector<RowPlace> put(const InputPlace& input, const std::vector<SourceRow>& rows) override {
    remove(input);
    const auto day = input.partition.key;
    auto number = std::stoull(
        run(fmt::format("SELECT COUNT(*) FROM events WHERE day = '{}' AND input < {}", day, input.number)));
    std::vector<std::string> values;
    std::vector<RowPlace> places;
    for (const auto& row : rows) {
      const auto* time = row.readable == SourceRow::Readable::Yes ? times_.readable : times_.unreadable;
      values.push_back(fmt::format("('{}', {}, {}, {}, {}, '{}')", day, input.number, places.size(), row.id,
                                   row.word ? constant(*row.word) : "NULL", time));
      places.push_back({++number, 0, fmt::format("{}\t{}\t{}", row.id, shown(row.word), time)});
    }
    constexpr std::size_t kAtOnce = 5000;
    for (std::size_t i = 0; i < values.size(); i += kAtOnce) {
      const auto end = std::min(i + kAtOnce, values.size());
      const auto at = [&](std::size_t place) { return values.begin() + static_cast<std::ptrdiff_t>(place); };
      EXPECT_EQ(run("INSERT INTO events VALUES " + join(std::vector(at(i), at(end)))), "");
    }
    return places;
  }
  void remove(const InputPlace& input) override {
    run(fmt::format("DELETE FROM events WHERE day = '{}' AND input = {}", input.partition.key, input.number));
  }
  void cut_short(const InputPlace&) override {}
  std::string remove_place() override {
    run("DROP TABLE events");
    return "events";
  }

 protected:
  explicit TableSourceUnderTest(TimeWords times) : times_(times) {}

  virtual std::string run(const std::string& sql) = 0;
  virtual std::string constant(const std::string& text) const = 0;

  io::ManualClock clock_{parse_timestamp("2026-01-01T00:00:00Z").value()};

 private:
  /// A text as the lines of both databases have it.
  static std::string shown(const std::optional<std::string>& text) {
    if (!text) return "\\N";
    std::string line;
    for (const char c : *text) {
      line += c == '\n' ? "\\n" : c == '\\' ? "\\\\" : c == '\t' ? "\\t" : std::string(1, c);
    }
    return line;
  }

  TimeWords times_;
};

/// The suite's case of such a source.
template <typename UnderTest>
SourceCase table_source_case() {
  constexpr const char* kOneInput = "a query is one input, whatever rows it gives";
  constexpr const char* kOver =
      "without a column of changes, a partition that is over is taken to stay as it is";
  constexpr const char* kSnapshot = "all rows are read from one snapshot, whatever happens meanwhile";
  const std::map<std::string, std::string> deviations = {
      {"a_partition_without_input_gives_no_inputs",
       "a table without rows of the partition is read all the same"},
      {"inputs_stay_the_same_while_nothing_changes", kOneInput},
      {"the_stamp_of_a_changed_input_changes", kOver},
      {"an_input_that_changed_before_it_was_opened_is_a_conflict", kOver},
      {"an_input_that_changes_while_it_is_read_is_a_conflict", kSnapshot},
      {"an_input_that_shrinks_while_it_is_read_is_a_conflict", kSnapshot},
      {"a_later_input_that_changes_while_the_first_is_read_is_a_conflict", kSnapshot},
      {"an_input_that_is_gone_after_it_was_listed_is_missed", kOneInput},
      {"an_input_cut_short_is_a_data_mismatch", "a server sends whole rows or fails"},
      {"bytes_read_grow_until_they_reach_the_total",
       "a server does not say beforehand how much it will send"},
      {"a_bad_row_is_set_aside_with_its_place_and_bytes", kOneInput},
      {"a_row_that_is_refused_later_knows_its_place_and_bytes", kOneInput},
  };
  const auto make = [](const std::filesystem::path&) { return std::make_unique<UnderTest>(); };
  return {"query", make, "id", "word", deviations};
}

}  // namespace weir::conformance

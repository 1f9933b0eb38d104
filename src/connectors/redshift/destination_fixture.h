// SPDX-License-Identifier: Apache-2.0
// Loads into a place of the tests, and what became of their rows. Used by tests of this folder.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "connectors/redshift/testing.h"
#include "tests/conformance/destination_suite.h"

namespace weir::redshift {

using conformance::Row;
using conformance::schema_of;
using conformance::TestRows;
using model::WriteMode;

inline const model::Schema kUsers = schema_of("id integer, name text");

inline sdk::LoadRequest request(const std::string& load_id, WriteMode mode,
                                const std::string& table = "users") {
  sdk::LoadRequest wanted{.load_id = load_id,
                          .pipeline = "cmslite",
                          .partition = {"client/a.tgz", std::nullopt},
                          .tables = {{.table = table, .schema = kUsers, .write = mode}}};
  if (mode == WriteMode::Merge) wanted.tables[0].key = {"id"};
  return wanted;
}

inline std::vector<model::LedgerEntry> entries(const sdk::LoadRequest& request, std::uint64_t rows) {
  std::vector<model::LedgerEntry> all;
  for (const auto& target : request.tables) {
    model::LedgerEntry entry;
    entry.load_id = request.load_id;
    entry.pipeline = request.pipeline;
    entry.partition = request.partition.key;
    entry.table = target.table;
    entry.counts.read = entry.counts.loaded = rows;
    all.push_back(entry);
  }
  return all;
}

class RedshiftDestination : public ::testing::Test {
 protected:
  void TearDown() override { place_.sql("STAND_IN CLEAR"); }

  /// Begins, writes, prepares and publishes; "" or the first error.
  std::string load(const sdk::LoadRequest& wanted, const std::vector<Row>& rows,
                   const DestinationOptions& options = {}) {
    const auto destination = place_.open(options);
    auto begun = destination->begin(wanted);
    if (!begun) return begun.error().to_string();
    const TestRows batch(wanted.tables[0].schema, rows);
    refused_.clear();
    auto written = (*begun)->write(0, batch.view());
    if (!written) return written.error().to_string();
    refused_ = conformance::text_of(written->refused);
    const auto published = (*begun)->publish(entries(wanted, rows.size()));
    if (published) return "";
    code_ = published.error().code();
    return published.error().to_string();
  }

  /// "TABLE row NUMBER loaded: REASON", one a line, when each is the row with its number and no other.
  static std::string told(const std::vector<sdk::LateRefusal>& refusals, const TestRows& rows) {
    std::string all;
    for (const auto& refused : refusals) {
      std::string found;
      for (std::size_t row = 0; row < rows.view().rows; ++row) {
        if (refused.is_row(rows.view(), row)) found += fmt::format(" {}", row);
      }
      EXPECT_EQ(found, fmt::format(" {}", *refused.number)) << refused.bytes;
      const bool duplicate = refused.counted == sdk::LateRefusal::Counted::Deduplicated;
      const auto reason = refused.reason.substr(0, refused.reason.find_first_of(".("));
      all += fmt::format("{} row {} {}: {}\n", refused.table, *refused.number,
                         duplicate ? "a duplicate" : "loaded", trim(reason));
    }
    return all;
  }

  TestPlace place_;
  std::string refused_;
  ErrorCode code_ = ErrorCode::Internal;
};

}  // namespace weir::redshift

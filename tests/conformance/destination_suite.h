// SPDX-License-Identifier: Apache-2.0
// The contract of connectors/sdk/destination.h as tests. Every destination runs them: its test
// program links weir_conformance, writes a DestinationUnderTest and instantiates the suite:
//
//   INSTANTIATE_TEST_SUITE_P(Sqlite, DestinationSuite, ::testing::Values(sqlite_under_test()), case_name);
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/sdk/destination.h"
#include "tests/conformance/suite.h"

namespace weir::conformance {

/// A cell as text, nothing for NULL. Canonical forms: boolean "true" and "false", double as fmt
/// prints it with {}, timestamp "2022-01-24 10:05:03.250000", date "2022-01-24"; text, JSON and blob
/// as their bytes are.
using Cell = std::optional<std::string>;
using Row = std::vector<Cell>;

/// What a destination's author writes: how to make one and how to look at it from outside.
class DestinationUnderTest {
 public:
  virtual ~DestinationUnderTest() = default;
  /// A destination on this object's place, which is empty at first. A second call makes another
  /// destination on the same place, as after a restart.
  virtual std::unique_ptr<sdk::Destination> open() = 0;
  /// The published rows of a table in any order, read by a second reader that shares nothing with a
  /// load under way; nothing when there is no such table.
  virtual std::optional<std::vector<Row>> read(const std::string& table, const model::Schema& columns) = 0;
  /// Makes the publish() of a load that has written to this table fail, from now on and as long as
  /// the returned object lives; null where nothing outside can do that.
  virtual std::shared_ptr<void> obstruct_publish(const std::string&) { return nullptr; }
};

/// One destination in one configuration.
struct DestinationCase {
  std::string name;  ///< letters and digits
  /// Makes the thing under test inside an empty folder of its own.
  std::function<std::unique_ptr<DestinationUnderTest>(const std::filesystem::path& folder)> make;
  /// Tests that do not hold here, by name, each with the reason in one line.
  std::map<std::string, std::string> deviations;
};

inline std::string case_name(const ::testing::TestParamInfo<DestinationCase>& info) {
  return info.param.name;
}
void PrintTo(const DestinationCase& value, std::ostream* out);

/// Rows that a test writes, built from text. The object keeps their memory alive.
class TestRows {
 public:
  TestRows(const model::Schema& schema, const std::vector<Row>& rows);
  model::BatchView view() const { return batch_.view(); }
  std::size_t size() const { return batch_.rows(); }

 private:
  model::Batch batch_;
};

/// "insert_id text, time timestamp" as a schema.
model::Schema schema_of(std::string_view text);
/// The partition of a day: "2022-01-24".
model::Partition day(std::string_view key);
/// The partition of a pipeline without partitions.
model::Partition whole();

class DestinationSuite : public Suite<DestinationCase, DestinationUnderTest, sdk::Destination> {
 protected:
  bool can(model::WriteMode mode) const;
  sdk::Destination& destination() const { return part(); }

  /// A request for one table.
  sdk::LoadRequest request(const std::string& load_id, const model::Partition& partition,
                           const sdk::TableTarget& target) const;
  /// The ledger entry that belongs to a request's table.
  static model::LedgerEntry entry(const sdk::LoadRequest& request, std::size_t table, std::size_t loaded);
  /// Begins, writes, prepares and publishes; any failure fails the test.
  sdk::WriteOutcome load(const sdk::LoadRequest& request, const std::vector<Row>& rows);
  /// Begins and writes, without publishing; null after a failure.
  std::unique_ptr<sdk::Load> stage(const sdk::LoadRequest& request, const std::vector<Row>& rows);
  /// Makes the next publish() into a table fail while the result lives; null when nothing can.
  std::shared_ptr<void> obstruct_publish(const std::string& table) {
    return under_test().obstruct_publish(table);
  }
  /// The error of begin(); fails the test when begin() succeeds.
  Error refused(const sdk::LoadRequest& request);

  /// The published rows, sorted, one a line: "1|a|NULL\n"; "no table\n" when there is none.
  std::string table(const std::string& name, const model::Schema& columns);
  /// The ledger as "load_id pipeline partition table loaded", an entry a line.
  std::string ledger(const std::string& pipeline = "");
  std::string newest(const std::string& pipeline, const std::string& partition);
};

/// A refusal as text: "1: reason" a line.
std::string text_of(const std::vector<sdk::RefusedRow>& refused);

}  // namespace weir::conformance

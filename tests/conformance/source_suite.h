// SPDX-License-Identifier: Apache-2.0
// The contract of connectors/sdk/source.h as tests. Every source runs them: its test program links
// weir_source_conformance, writes a SourceUnderTest and instantiates the suite:
//
//   INSTANTIATE_TEST_SUITE_P(Files, SourceSuite, ::testing::Values(files_case()), source_case_name);
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/sdk/source.h"
#include "tests/conformance/suite.h"

namespace weir::conformance {

/// A row of an input: an integer and a text, which may be NULL.
struct SourceRow {
  std::int64_t id = 0;
  std::optional<std::string> word;
  /// No: what is written in its place cannot be read as a row.
  enum class Readable { Yes, No } readable = Readable::Yes;
};

/// Where a row stands in its input, as a Reject gives it.
struct RowPlace {
  std::uint64_t line = 0;
  std::uint64_t offset = 0;
  std::string bytes;
};

/// One input of a partition; they are read in the order of their numbers.
struct InputPlace {
  model::Partition partition;
  int number = 1;
};

/// What a source's author writes: how to make one, and how to change what it reads.
class SourceUnderTest {
 public:
  virtual ~SourceUnderTest() = default;
  /// A source of daily partitions on this object's place, which is there and empty at first.
  virtual std::unique_ptr<sdk::Source> open() = 0;
  /// Makes an input, or replaces it in place; says where each row went. Writing other rows of the
  /// same length counts as a change, however soon it follows.
  virtual std::vector<RowPlace> put(const InputPlace& input, const std::vector<SourceRow>& rows) = 0;
  virtual void remove(const InputPlace& input) = 0;
  /// Takes the last bytes of an input away.
  virtual void cut_short(const InputPlace& input) = 0;
  /// Removes the place with everything in it; gives the name that a message must tell.
  virtual std::string remove_place() = 0;
};

/// One source in one configuration.
struct SourceCase {
  std::string name;  ///< letters and digits
  /// Makes the thing under test inside an empty folder of its own.
  std::function<std::unique_ptr<SourceUnderTest>(const std::filesystem::path& folder)> make;
  /// The columns that SourceRow's members come back in.
  std::string id_column = "id";
  std::string word_column = "word";
  /// Tests that do not hold here, by name, each with the reason in one line.
  std::map<std::string, std::string> deviations;
};

inline std::string source_case_name(const ::testing::TestParamInfo<SourceCase>& info) {
  return info.param.name;
}
void PrintTo(const SourceCase& value, std::ostream* out);

/// All that an extraction gave until it ended or failed.
struct Extracted {
  std::string schema;                ///< "id integer, word text"
  std::string rows;                  ///< "1|Ada\n" for each row
  std::string places;                ///< where the rows stand: see text_of()
  std::string rejects;               ///< where the unreadable rows stand
  std::vector<sdk::Reject> refused;  ///< every decoded row, as if a later step had refused it
  std::vector<sdk::Reject> unread;   ///< the rejects of the source itself
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_total = 0;
  std::string hash;
  std::optional<Error> error;
};

class SourceSuite : public Suite<SourceCase, SourceUnderTest, sdk::Source> {
 protected:
  SourceUnderTest& place() { return under_test(); }
  sdk::Source& source() const { return part(); }
  /// Another source on the same place, as after a restart.
  std::unique_ptr<sdk::Source> another() { return under_test().open(); }

  /// The inputs of a partition; a failure fails the test.
  std::vector<sdk::InputStamp> inputs(const model::Partition& partition);
  /// Opens these inputs; null after a failure, which fails the test.
  std::unique_ptr<sdk::Extraction> open(const model::Partition& partition,
                                        const std::vector<sdk::InputStamp>& inputs);
  /// Reads a partition, each step's failure in `error`.
  Extracted read(const model::Partition& partition);
  Extracted read(const model::Partition& partition, const std::vector<sdk::InputStamp>& inputs);
  /// Decodes set-aside rows once more.
  Extracted replay(const model::Partition& partition, const std::vector<sdk::Reject>& rows);
  /// Takes what is left of an extraction.
  Extracted drain(sdk::Extraction& extraction);
  /// Decodes a block and appends what it gave.
  void decode(const sdk::Block& block, const model::Schema& schema, Extracted& all) const;

 private:
  std::string rows_of(const model::Batch& batch, const model::Schema& schema) const;
};

/// A daily partition, by its date.
model::Partition day_of(std::string_view date);
/// "1|Ada\n" for each readable row.
std::string shown(const std::vector<SourceRow>& rows);
/// "name:line@offset [bytes]\n" for each row; those that are readable, or those that are not.
std::string shown(const std::string& input, const std::vector<SourceRow>& rows,
                  const std::vector<RowPlace>& places, SourceRow::Readable which);
/// Names, sizes and versions, one input a line.
std::string text_of(const std::vector<sdk::InputStamp>& stamps);
/// "name:line@offset [bytes]\n" for each.
std::string text_of(const std::vector<sdk::Reject>& rejects);
/// A few rows with all that is awkward: NULL, quotes, line ends, text beyond ASCII.
std::vector<SourceRow> few_rows();
/// More rows than a source may read ahead of its first block, with text that does not compress well.
std::vector<SourceRow> many_rows();

}  // namespace weir::conformance

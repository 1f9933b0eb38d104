// SPDX-License-Identifier: Apache-2.0
// A files destination in a folder of its own. Used by this folder's tests.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "connectors/files/destination.h"
#include "connectors/files/destination_ledger_json.h"
#include "tests/conformance/destination_suite.h"

namespace weir::files {

class FilesDestinationTest : public testing::Test {
 protected:
  FilesDestinationTest() {
    auto pattern = (std::filesystem::temp_directory_path() / "weir-files-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    options_.folder = "out";
  }
  ~FilesDestinationTest() override { std::filesystem::remove_all(folder_); }

  static model::Schema visits() { return conformance::schema_of("id integer, page text"); }
  std::unique_ptr<sdk::Destination> open() {
    auto made = make_files_destination(options_, folder_);
    EXPECT_TRUE(made.ok());
    return std::move(*made);
  }
  static sdk::LoadRequest request(const std::string& id, const model::Partition& partition,
                                  model::WriteMode mode = model::WriteMode::ReplacePartition) {
    return {id, "usage", partition, {{.table = "visits", .schema = visits(), .write = mode}}};
  }
  static model::LedgerEntry entry(const sdk::LoadRequest& request, std::size_t table = 0) {
    model::LedgerEntry entry;
    entry.load_id = request.load_id;
    entry.pipeline = request.pipeline;
    entry.partition = request.partition.key;
    entry.table = request.tables[table].table;
    return entry;
  }
  Result<void> load(const sdk::LoadRequest& request, const std::vector<conformance::Row>& rows) {
    return load_into(*open(), request, rows);
  }
  static Result<void> load_into(sdk::Destination& destination, const sdk::LoadRequest& request,
                                const std::vector<conformance::Row>& rows) {
    auto begun = TRY(destination.begin(request));
    const conformance::TestRows batch(request.tables[0].schema, rows);
    TRY(begun->write(0, batch.view()));
    TRY(begun->prepare());
    return begun->publish({entry(request)});
  }
  /// The commit point of a publication, and nothing after it.
  Result<void> decide(const Publication& publication) const {
    const auto turn = TRY(make_folder_depot(folder_ / "out")->take_turn(TurnKind::Alone, {}));
    TRY(turn->decide(proposal_of(publication)));
    return {};
  }
  std::string text(const std::filesystem::path& path) const {
    std::ifstream file(folder_ / "out" / path);
    std::stringstream all;
    all << file.rdbuf();
    return all.str();
  }
  /// Every file outside of _weir, sorted.
  std::string files() const {
    std::vector<std::string> names;
    for (const auto& found : std::filesystem::recursive_directory_iterator(folder_ / "out")) {
      const auto name = std::filesystem::relative(found.path(), folder_ / "out").string();
      if (found.is_regular_file() && !name.starts_with("_weir")) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return join(names, " ");
  }
  static std::string join(const std::vector<std::string>& names, const std::string& separator) {
    std::string all;
    for (const auto& name : names) all += (all.empty() ? "" : separator) + name;
    return all;
  }

  std::filesystem::path folder_;
  FilesDestinationOptions options_;
};

}  // namespace weir::files

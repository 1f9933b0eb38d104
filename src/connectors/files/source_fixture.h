// SPDX-License-Identifier: Apache-2.0
// A source over a place with files of the test's own, and what reading it gives, as text. Used by
// the tests of this folder only.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "connectors/files/source.h"
#include "formats/testing.h"
#include "formats/testing_archives.h"
#include "tests/support/memory_object_store.h"

namespace weir::files {

/// Streams, rows and rejects of what is left of an extraction, and how it ended.
inline std::string drain(sdk::Extraction& extraction) {
  std::string out;
  while (true) {
    const auto block = extraction.next();
    if (!block.ok()) return out + block.error().to_string();
    if (!*block) break;
    const auto stream = (*block)->stream();
    model::Batch rows(extraction.schema(stream));
    std::vector<sdk::Reject> rejects;
    EXPECT_TRUE((*block)->decode(rows, rejects).ok());
    out += fmt::format("{} ({})\n", stream, model::to_string(extraction.schema(stream))) +
           formats::show_rows(rows);
    for (const auto& reject : rejects) {
      out += fmt::format("{} {}:{} [{}] {}\n", reject.stream, reject.input, reject.line, reject.bytes,
                         reject.reason);
    }
  }
  for (const auto& warning : extraction.warnings()) out += "warning: " + warning + "\n";
  return out;
}

enum class Where { Folder, Bucket };

class SourceOfPlace : public testing::TestWithParam<Where> {
 protected:
  SourceOfPlace() {
    std::string folder = testing::TempDir() + "weir_place_XXXXXX";
    folder_ = ::mkdtemp(folder.data());
    auto store = std::make_unique<support::MemoryObjectStore>();
    store_ = store.get();
    if (GetParam() == Where::Folder) place_ = make_local_place(folder_);
    if (GetParam() == Where::Bucket) place_ = make_bucket_place(std::move(store));
  }
  ~SourceOfPlace() override { std::filesystem::remove_all(folder_); }

  /// Each write happens a second after the one before.
  void put(const std::string& name, const std::string& bytes) {
    if (GetParam() == Where::Bucket) {
      EXPECT_TRUE(store_->put(name, bytes, {}).ok());
      return;
    }
    const auto path = std::filesystem::path(folder_) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
    std::filesystem::last_write_time(
        path, std::chrono::file_clock::from_sys(std::chrono::sys_seconds(std::chrono::seconds(++writes_))));
  }

  /// The names of all files in the place, each followed by a space.
  std::string names() {
    std::string all;
    const auto files = place_->below("");
    for (const auto& file : *files) all += file.stamp.name + " ";
    return all;
  }

  std::unique_ptr<sdk::Source> source(const FilesSourceOptions& options,
                                      const std::vector<TableOptions>& tables = {}) {
    auto made = make_source(options, tables, place_);
    EXPECT_TRUE(made.ok()) << made.error().to_string();
    return *std::move(made);
  }

  /// Streams, rows and rejects of a partition, or how it failed.
  static std::string read(sdk::Source& source, const model::Partition& partition = {"all", std::nullopt}) {
    const auto inputs = source.inputs(partition);
    if (!inputs.ok()) return inputs.error().to_string();
    auto extraction = source.open(partition, *inputs);
    return extraction.ok() ? drain(**extraction) : extraction.error().to_string();
  }

  std::string folder_;
  support::MemoryObjectStore* store_ = nullptr;  // owned by the place of a bucket
  std::shared_ptr<Place> place_;
  int writes_ = 0;
};

inline std::string where_name(const testing::TestParamInfo<Where>& info) {
  return info.param == Where::Folder ? "Folder" : "Bucket";
}

}  // namespace weir::files

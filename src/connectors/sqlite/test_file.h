// SPDX-License-Identifier: Apache-2.0
// A database file in a folder of its own, a second pair of eyes on it and short ways to load. For
// the tests of this folder.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "connectors/sqlite/destination.h"
#include "tests/conformance/destination_suite.h"

namespace weir::sqlite {

class SqliteDestinationTest : public ::testing::Test {
 protected:
  using Rows = std::vector<conformance::Row>;

  void SetUp() override {
    auto pattern = (std::filesystem::temp_directory_path() / "weir-sqlite-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    options_.path = "warehouse.db";
    options_.busy_timeout.value = std::chrono::milliseconds(0);
    open();
  }
  void TearDown() override {
    sqlite3_close_v2(other_);
    destination_.reset();
    std::filesystem::remove_all(folder_);
  }
  void open() {
    destination_.reset();
    destination_ = *make_sqlite_destination(options_, folder_.string());
  }
  std::string path() const { return (folder_ / options_.path).string(); }

  /// Runs SQL through another connection. Rows become "a|NULL\n"; errors their message.
  std::string sql(const std::string& text) {
    if (other_ == nullptr) sqlite3_open(path().c_str(), &other_);
    std::string shown;
    char* message = nullptr;
    const auto add = [](void* out, int count, char** values, char**) {
      auto& all = *static_cast<std::string*>(out);
      for (int i = 0; i < count; ++i)
        all += (i == 0 ? "" : "|") + std::string(values[i] ? values[i] : "NULL");
      all += '\n';
      return 0;
    };
    sqlite3_exec(other_, text.c_str(), add, &shown, &message);
    if (message != nullptr) shown += message;
    sqlite3_free(message);
    return shown;
  }

  static sdk::LoadRequest request(const std::string& load_id, const model::Partition& partition,
                                  const sdk::TableTarget& target) {
    return {load_id, "request_logs", partition, {target}};
  }
  static model::LedgerEntry entry(const sdk::LoadRequest& request, std::size_t loaded = 0) {
    model::LedgerEntry entry;
    entry.counts.read = entry.counts.loaded = loaded;
    entry.load_id = request.load_id;
    entry.pipeline = request.pipeline;
    entry.partition = request.partition.key;
    entry.table = request.tables.front().table;
    return entry;
  }
  /// Everything from begin() to publish(); the outcome as "deduplicated 1\n0: reason\n", or the error.
  std::string load(const sdk::LoadRequest& request, const Rows& rows, std::size_t loaded = 0) {
    auto begun = destination_->begin(request);
    if (!begun) return begun.error().to_string();
    const conformance::TestRows batch(request.tables.front().schema, rows);
    const auto written = (*begun)->write(0, batch.view());
    if (!written) return written.error().to_string();
    const auto published = (*begun)->publish({entry(request, loaded)});
    if (!published) return published.error().to_string();
    const auto count =
        written->deduplicated == 0 ? "" : fmt::format("deduplicated {}\n", written->deduplicated);
    return count + conformance::text_of(written->refused);
  }

  std::filesystem::path folder_;
  SqliteOptions options_;
  std::unique_ptr<sdk::Destination> destination_;
  sqlite3* other_ = nullptr;
};

}  // namespace weir::sqlite

// SPDX-License-Identifier: Apache-2.0
// A schema of a real server, a second pair of eyes on it and short ways to load. For the tests of
// this folder.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "connectors/postgres/destination.h"
#include "tests/conformance/destination_suite.h"
#include "tests/support/postgres_server.h"

namespace weir::postgres {

class PostgresDestinationTest : public ::testing::Test {
 protected:
  using Rows = std::vector<conformance::Row>;

  void SetUp() override { open(); }
  void open() {
    destination_ = make_postgres_destination(schema_.options(), options_, schema_.server().environment());
  }
  std::string sql(const std::string& text) { return schema_.sql(text); }

  static sdk::LoadRequest request(const std::string& load_id, const model::Partition& partition,
                                  const sdk::TableTarget& target) {
    return {load_id, "usage", partition, {target}};
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
  std::string load(const sdk::LoadRequest& request, const Rows& rows) {
    auto begun = destination_->begin(request);
    if (!begun) return begun.error().to_string();
    const conformance::TestRows batch(request.tables.front().schema, rows);
    const auto written = (*begun)->write(0, batch.view());
    if (!written) return written.error().to_string();
    const auto published = (*begun)->publish({entry(request, rows.size())});
    if (!published) return published.error().to_string();
    std::string told;
    for (const auto& warning : (*begun)->warnings()) told += warning + "\n";
    const auto count =
        written->deduplicated == 0 ? "" : fmt::format("deduplicated {}\n", written->deduplicated);
    return told + count + conformance::text_of(written->refused);
  }
  /// A load without partition.
  std::string load(const std::string& load_id, const sdk::TableTarget& target, const Rows& rows) {
    return load(request(load_id, conformance::whole(), target), rows);
  }

  support::PostgresSchema schema_;
  DestinationOptions options_;
  std::unique_ptr<sdk::Destination> destination_;
};

}  // namespace weir::postgres

// SPDX-License-Identifier: Apache-2.0
// A database of a real server, and all that the source gives of it as text. For the tests of this
// folder.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "connectors/mysql/source.h"
#include "model/cell_text.h"
#include "tests/support/mariadb_server.h"

namespace weir::mysql {

/// All that an extraction gave: rows as "1|a|NULL\n" of each stream, rejects, its end.
struct Given {
  std::vector<std::string> rows;
  std::string rejects;
  std::string error;
  std::optional<ErrorCode> code;
  std::string hash;
  std::vector<std::string> warnings;
};

class MysqlSourceTest : public ::testing::Test {
 protected:
  std::unique_ptr<sdk::Source> source(const std::vector<SourceTableOptions>& streams,
                                      std::uint64_t piece_bytes = kPieceBytes) {
    return make_mysql_source(connection_, options_, streams, database_.server().environment(), clock_,
                             piece_bytes);
  }
  std::string sql(const std::string& text) { return database_.sql(text); }

  static std::unique_ptr<sdk::Extraction> open(sdk::Source& source, const model::Partition& partition) {
    const auto inputs = source.inputs(partition);
    if (!inputs) throw std::runtime_error(inputs.error().to_string());
    auto opened = source.open(partition, *inputs);
    if (!opened) throw std::runtime_error(opened.error().to_string());
    return *std::move(opened);
  }

  static void add(const sdk::Block& block, const model::Schema& schema, Given& given) {
    model::Batch batch(schema);
    std::vector<sdk::Reject> rejects;
    ASSERT_TRUE(block.decode(batch, rejects).ok());
    for (const auto& reject : rejects) given.rejects += reject.reason + " [" + reject.bytes + "]\n";
    given.rows.resize(std::max(given.rows.size(), block.stream() + 1));
    const auto view = batch.view();
    for (std::size_t row = 0; row < view.rows; ++row) {
      std::vector<std::string> cells;
      for (const auto& column : view.columns) {
        cells.push_back(column.is_null(row) ? "NULL" : model::cell_text(column, row));
      }
      given.rows[block.stream()] += join(cells, "|") + "\n";
    }
  }

  static Given drain(sdk::Extraction& extraction) {
    Given given;
    while (true) {
      const auto block = extraction.next();
      if (!block) {
        given.error = block.error().to_string();
        given.code = block.error().code();
        return given;
      }
      if (*block == nullptr) break;
      add(**block, extraction.schema((*block)->stream()), given);
    }
    given.hash = extraction.content_hash();
    given.warnings = extraction.warnings();
    return given;
  }

  /// Reads a query or table with the options of this test.
  Given read(const SourceTableOptions& stream, const model::Partition& partition = whole()) {
    const auto made = source({stream});
    return drain(*open(*made, partition));
  }
  Given read_table(const std::string& table) {
    SourceTableOptions stream;
    stream.table = table;
    return read(stream);
  }
  static model::Partition whole() { return {"all", std::nullopt}; }
  static model::Partition day(std::string_view key) {
    return *model::parse_partition(model::Every::Day, key);
  }

  support::MariadbDatabase database_;
  MysqlOptions connection_ = database_.options();
  SourceOptions options_;
  io::ManualClock clock_{parse_timestamp("2026-01-01T00:00:00Z").value()};
};

inline SourceTableOptions table(const std::string& name) {
  SourceTableOptions stream;
  stream.table = name;
  return stream;
}

inline SourceTableOptions query(const std::string& text) {
  SourceTableOptions stream;
  stream.query = text;
  return stream;
}

}  // namespace weir::mysql

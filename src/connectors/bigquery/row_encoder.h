// SPDX-License-Identifier: Apache-2.0
// RowEncoder: rows as JSON lines, checked against what their columns take, so that a load job has no
// reason to refuse one. Used by the load. Belongs to one thread.
// https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-json
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "connectors/bigquery/plan.h"
#include "connectors/sdk/destination.h"

namespace weir::bigquery {

class RowEncoder {
 public:
  explicit RowEncoder(const TablePlan& plan);

  /// Appends rows to `out`. A row of a merge whose key was written before is written all the same, since
  /// it overtakes the other one, and counted as a duplicate.
  void encode(const model::BatchView& rows, std::string& out, sdk::WriteOutcome& outcome);

  std::uint64_t rows_written() const { return rows_; }

 private:
  struct Field {
    std::string head;  ///< "name": with its quotes and a comma or bracket before
    std::string name;
    google::BigQueryField column;
    Family family = Family::Text;
    model::Type type = model::Type::Text;
    bool is_key = false;
    bool is_required = false;
  };

  bool write_row(const model::BatchView& rows, std::size_t row, std::string& out);
  bool write_value(const Field& field, const model::ColumnView& cells, std::size_t row, std::string& out);
  bool write_number(const Field& field, const model::ColumnView& cells, std::size_t row, std::string& out);
  bool write_decimal(const Field& field, const model::ColumnView& cells, std::size_t row, std::string& out);
  bool write_text(const Field& field, const model::ColumnView& cells, std::size_t row, std::string& out);
  bool write_time(const Field& field, const model::ColumnView& cells, std::size_t row, std::string& out);
  bool refuse(std::string reason);
  bool is_new_key();

  std::string table_;
  std::vector<Field> fields_;
  bool numbers_rows_ = false;
  std::uint64_t rows_ = 0;
  std::string reason_;  // why the last row was refused
  std::string key_;     // of the row being written
  struct Fold {
    std::size_t operator()(const std::pair<std::uint64_t, std::uint64_t>& hash) const {
      return static_cast<std::size_t>(hash.first);
    }
  };
  std::unordered_set<std::pair<std::uint64_t, std::uint64_t>, Fold> keys_;  // hashes of those of a merge
};

}  // namespace weir::bigquery

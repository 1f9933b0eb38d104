// SPDX-License-Identifier: Apache-2.0
// Rows of a load on their way into a table, and those that cannot go there. Used by loads, inside a
// Change. One thread.
#pragma once

#include "model/batch.h"
#include "sandbox/bigquery/values.h"
#include "sandbox/bigquery/warehouse.h"

namespace weir::sandbox::bigquery {

/// A table of texts in the engine.
class Staging {
 public:
  Staging(Warehouse& warehouse, const Fields& fields);

  /// One canonical cell for each field, JSON for nested ones.
  void add(const std::vector<Cell>& cells);
  /// Ends the adding; gives a query with the stored values, in the order of the fields.
  std::string finish();
  /// When its rows are where they belong.
  void drop();
  std::int64_t rows() const { return rows_; }

 private:
  void flush();

  Warehouse& warehouse_;
  const Fields& fields_;
  std::string table_;
  std::optional<engine::Appender> appender_;
  model::Batch batch_;
  std::int64_t rows_ = 0;
};

/// Counts bad records, and gives up when there are more than the job allows.
class BadRecords {
 public:
  /// `format`: "JSON" or "CSV", for the message.
  BadRecords(std::int64_t allowed, std::string format) : allowed_(allowed), format_(std::move(format)) {}

  /// `location`: the file's URI, empty for an upload.
  void add(const std::string& location, const std::string& message, std::int64_t good_rows);
  const Json& errors() const { return errors_; }
  std::int64_t count() const { return count_; }

 private:
  std::int64_t allowed_;
  std::string format_;
  std::int64_t count_ = 0;
  Json errors_ = Json::array();
};

}  // namespace weir::sandbox::bigquery

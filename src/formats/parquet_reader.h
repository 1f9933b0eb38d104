// SPDX-License-Identifier: Apache-2.0
// Parquet files, read by the engine. Used by sources that have the file on this machine.
// One thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "engine/database.h"
#include "model/batch.h"
#include "model/schema.h"

namespace weir::formats {

class ParquetReader {
 public:
  /// Columns in `declared` are cast; a value that cannot be is an error.
  static Result<std::unique_ptr<ParquetReader>> open(const std::string& path, const model::Schema& declared);

  const model::Schema& schema() const { return schema_; }
  /// The next rows, up to 2048; nothing at the end, however often it is asked for.
  Result<std::optional<engine::Chunk>> next();

 private:
  ParquetReader(engine::Database database, engine::Connection connection)
      : database_(std::move(database)), connection_(std::move(connection)) {}

  engine::Database database_;
  engine::Connection connection_;
  std::optional<engine::Rows> rows_;  // until the end
  model::Schema schema_;
};

/// Appends the rows of `from` to a batch of the same columns. Text goes on pointing to where it is;
/// the rows' origins are their numbers in the batch.
void append_rows(const model::BatchView& from, model::Batch& to);

}  // namespace weir::formats

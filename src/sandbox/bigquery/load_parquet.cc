// SPDX-License-Identifier: Apache-2.0
// Parquet, read by the engine.
#include <fstream>

#include "base/text.h"
#include "sandbox/bigquery/load_rows.h"

namespace weir::sandbox::bigquery {
namespace {

constexpr std::size_t kCopiedPiece = std::size_t{1024} * 1024;

}  // namespace

ParquetRows open_parquet(Warehouse& warehouse, const Input& input) {
  const std::string path = warehouse.fresh_path(".parquet");
  std::ofstream file(path, std::ios::binary);
  for (std::uint64_t offset = 0; offset < input.blob->size(); offset += kCopiedPiece)
    file << input.blob->read(offset, kCopiedPiece);
  file.close();
  if (!file) throw Refusal{"internalError", "The file for " + input.uri + " cannot be written."};
  ParquetRows rows;
  rows.sql = "SELECT * FROM read_parquet(" + sql_literal(path) + ")";
  try {
    rows.fields = warehouse.describe(rows.sql);
  } catch (const Refusal& refusal) {
    throw Refusal{
        "invalid",
        "Error while reading data, error message: Input file is not in Parquet format. " + refusal.message,
        input.uri};
  }
  return rows;
}

}  // namespace weir::sandbox::bigquery

// SPDX-License-Identifier: Apache-2.0
// TableWriter: writes the rows of one table of a load into one staged file. Used by the files
// destination's loads, by one thread at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/files/destination_ledger.h"
#include "connectors/files/destination_options.h"
#include "connectors/sdk/destination.h"

namespace weir::files {

/// What a writer needs to know.
struct WriterRequest {
  Depot& depot;                  ///< outlives the writer, as the next two do
  Claim& claim;                  ///< of the load
  StagedFile& file;              ///< to write to
  model::Schema rows;            ///< of the rows to come
  model::Schema columns;         ///< of the file: those of `rows`, perhaps wider, perhaps more
  std::vector<std::string> key;  ///< for merging
  FilesDestinationOptions options;
};

struct WrittenFile {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::string hash;
  std::vector<std::uint64_t> kept = {};  ///< of a merge: how many rows each older file gave
};

class TableWriter {
 public:
  virtual ~TableWriter() = default;
  virtual Result<sdk::WriteOutcome> write(const model::BatchView& rows) = 0;
  /// As sdk::Load has them. The writer outlives its encoders.
  virtual std::unique_ptr<sdk::RowEncoder> encoder() const { return nullptr; }
  virtual Result<void> write_encoded(std::uint64_t, std::string_view) {
    return fail(ErrorCode::Internal, "this writer has no encoder");
  }
  /// The columns of the file.
  virtual const model::Schema& columns() const = 0;
  /// Closes the file; nothing when there is no row, and then no file.
  virtual Result<std::optional<WrittenFile>> finish() = 0;
};

Result<std::unique_ptr<TableWriter>> make_text_writer(const WriterRequest& request);
Result<std::unique_ptr<TableWriter>> make_parquet_writer(const WriterRequest& request);
/// Rows of `older` whose key does not come again, then the new rows, the last one of each key.
Result<std::unique_ptr<TableWriter>> make_merge_writer(const WriterRequest& request,
                                                       std::vector<DataFile> older);

/// Bytes and hash of a file, as the ledger keeps them.
Result<Measured> measure_file(const std::filesystem::path& path);

}  // namespace weir::files

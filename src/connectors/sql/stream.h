// SPDX-License-Identifier: Apache-2.0
// A stream of rows that was found out from a server, with the form in which the server sends them.
// Implemented by the connectors of databases; read by the blocks of a reading on any thread, so it does not
// change then.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/batch.h"
#include "model/schema.h"

namespace weir::sql {

/// A row that cannot be read, and why.
struct UnreadRow {
  model::RowOrigin origin;
  std::string reason;
};

class Stream {
 public:
  Stream() = default;
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Appends the rows in the bytes, of which the first has the number `first_row`. The batch points into
  /// them.
  virtual Result<void> decode(std::string_view bytes, std::uint64_t first_row, model::Batch& rows,
                              std::vector<UnreadRow>& unread) const = 0;
  /// A row of such bytes as a line, in which it is set aside.
  virtual std::string line_of(std::string_view bytes, const model::RowOrigin& origin) const = 0;
  /// Appends a row from such a line; the reason when it cannot be read. What the batch needs is kept in it.
  virtual std::optional<std::string> decode_line(std::string_view line, const model::RowOrigin& origin,
                                                 model::Batch& rows) const = 0;

  std::size_t number = 0;  ///< in the order of the pipeline's tables
  std::string input;       ///< the name of its stamp
  model::Schema schema;
  std::string from;  ///< where its rows come from, for SQL: "looker.history WHERE id > 7"
};

using StreamList = std::vector<std::shared_ptr<const Stream>>;  // shared by the blocks of a stream

}  // namespace weir::sql

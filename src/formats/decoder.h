// SPDX-License-Identifier: Apache-2.0
// What turns one block's bytes into rows. One decoder serves all blocks of an input and all worker
// threads at once.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/block.h"
#include "model/batch.h"

namespace weir::formats {

/// A record that could not be decoded.
struct RowReject {
  model::RowOrigin origin;
  std::string reason;  ///< "column timestamp: \"yesterday at noon\" is not a timestamp (…)"
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Appends the block's rows to `rows`, whose text may point into the block, and the records that
  /// cannot be decoded to `rejects`. Safe to call from several threads.
  virtual Result<void> decode(const RawBlock& block, model::Batch& rows,
                              std::vector<RowReject>& rejects) const = 0;
  /// What a person should know of what was decoded so far although nothing failed.
  virtual std::vector<std::string> warnings() const { return {}; }
};

}  // namespace weir::formats

// SPDX-License-Identifier: Apache-2.0
// Delimited text as a row of the format table. Used by format.cc.
#pragma once

#include "formats/format.h"

namespace weir::formats {

/// - Wrong field counts, bad UTF-8, values that do not fit and quotes that are never closed refuse
///   the record. Empty lines are skipped.
/// - With a header, fields go to the columns by name, in each file by its own header. Without one,
///   or by position, the declared columns count in their order, otherwise column_1, column_2, …
/// - A header with a number of fields that would refuse every row fails the input.
Framing csv_framing(const ReadOptions& options);
bool csv_has_head(const ReadOptions& options);
/// The bytes must be those of a block: kPadding bytes may be read behind them.
Result<Head> csv_head(std::string_view first_block, const ReadOptions& options);
Result<model::Schema> infer_csv(const Head& head, std::span<const RawBlock> sample,
                                const ReadOptions& options);
Result<std::shared_ptr<const Decoder>> decode_csv(const model::Schema& schema,
                                                  const std::vector<JsonPath>& paths, const Head& head,
                                                  const ReadOptions& options);

}  // namespace weir::formats

// SPDX-License-Identifier: Apache-2.0
// JSON lines as a row of the format table. Used by format.cc only.
#pragma once

#include "formats/format.h"

namespace weir::formats {

Framing jsonl_framing(const ReadOptions& options);
Result<Head> jsonl_head(std::string_view first_block, const ReadOptions& options);
Result<model::Schema> infer_jsonl(const Head& head, std::span<const RawBlock> sample,
                                  const ReadOptions& options);
Result<std::shared_ptr<const Decoder>> decode_jsonl(const model::Schema& schema,
                                                    const std::vector<JsonPath>& paths, const Head& head,
                                                    const ReadOptions& options);

}  // namespace weir::formats

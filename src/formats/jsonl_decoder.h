// SPDX-License-Identifier: Apache-2.0
// JSON lines: one object a line. Used through format.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/decoder.h"
#include "model/schema.h"

namespace weir::formats {

/// Where a column's value is found in the object: {"httpRequest", "remoteIp"}.
using JsonPath = std::vector<std::string>;

/// The texts that stand for booleans.
enum class BooleanWords {
  TrueFalse,
  YesNo,  ///< these as well
};

/// Makes a decoder of JSON lines. `paths` is parallel to the schema's columns; empty: every column
/// is the top-level key of its name. One path may lead into the value of another, shorter one.
///
/// - Missing keys and null are null. When a key occurs twice in an object, the last one counts.
/// - Text columns take numbers, booleans, objects and arrays as their JSON text. Number and boolean
///   columns also take them written as strings. Json columns keep any value as it is written.
/// - A path through a value that is neither an object nor null refuses the row.
/// - Keys that no path asks for are counted and reported by warnings().
/// - Empty lines are skipped.
std::shared_ptr<const Decoder> make_jsonl_decoder(const model::Schema& schema,
                                                  const std::vector<JsonPath>& paths,
                                                  BooleanWords words = BooleanWords::TrueFalse);

}  // namespace weir::formats

// SPDX-License-Identifier: Apache-2.0
// Fingerprints: how a run recognises an input that is loaded already. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/sdk/source.h"

namespace weir::execution {

/// 32 hexadecimal digits (XXH3, 128 bits).
std::string hash_text(std::string_view text);

/// "<definition>.<inputs>": of the pipeline's definition and of its inputs' names, sizes and versions.
std::string fingerprint(std::string_view definition, const std::vector<sdk::InputStamp>& inputs);
/// The part that tells of the inputs.
std::string_view inputs_of(std::string_view fingerprint);

}  // namespace weir::execution

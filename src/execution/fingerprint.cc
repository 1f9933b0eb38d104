// SPDX-License-Identifier: Apache-2.0
#include "execution/fingerprint.h"

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace weir::execution {

std::string hash_text(std::string_view text) {
  const auto hash = XXH3_128bits(text.data(), text.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::string fingerprint(std::string_view definition, const std::vector<sdk::InputStamp>& inputs) {
  std::string stamps;
  for (const auto& input : inputs)
    stamps += fmt::format("{}\n{}\n{}\n", input.name, input.size, input.version);
  return fmt::format("{}.{}", definition, hash_text(stamps));
}

std::string_view inputs_of(std::string_view fingerprint) {
  const auto dot = fingerprint.rfind('.');
  return dot == fingerprint.npos ? fingerprint : fingerprint.substr(dot + 1);
}

}  // namespace weir::execution

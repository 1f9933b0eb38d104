// SPDX-License-Identifier: Apache-2.0
// The preconditions of a request, ifGenerationMatch and its like. Used by store.h. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sandbox/http/http.h"

namespace weir::sandbox::gcs {

enum class Purpose { Read, Write };

struct Conditions {
  std::optional<std::uint64_t> generation_match;
  std::optional<std::uint64_t> generation_not_match;
  std::optional<std::uint64_t> metageneration_match;
  std::optional<std::uint64_t> metageneration_not_match;

  /// From ifGenerationMatch and so on; with the prefix "Source" from ifSourceGenerationMatch.
  static Conditions of(const Parameters& query, const std::string& prefix = {});
  /// Refuses with 412, or with 304 where a reader already has what there is. 0 and 0 stand for an
  /// object that is not there.
  void check(std::uint64_t generation, std::uint64_t metageneration, Purpose purpose) const;
};

}  // namespace weir::sandbox::gcs

// SPDX-License-Identifier: Apache-2.0
#include "sandbox/gcs/conditions.h"

#include "sandbox/gcs/refusal.h"

namespace weir::sandbox::gcs {
namespace {

std::optional<std::uint64_t> condition(const Parameters& query, const std::string& name) {
  const auto found = query.find(name);
  if (found == query.end()) return std::nullopt;
  const std::string& text = found->second;
  if (text.empty() || text.size() > 19 || text.find_first_not_of("0123456789") != std::string::npos) {
    throw Refusal{400, "invalidParameter", "Invalid value '" + text + "' for " + name + ".", name};
  }
  return std::stoull(text);
}

void require(bool holds, int status, const std::string& header) {
  if (holds) return;
  throw Refusal{status, status == 304 ? "notModified" : "conditionNotMet",
                "At least one of the pre-conditions you specified did not hold.", header};
}

}  // namespace

Conditions Conditions::of(const Parameters& query, const std::string& prefix) {
  const std::string start = "if" + prefix;
  return {condition(query, start + "GenerationMatch"), condition(query, start + "GenerationNotMatch"),
          condition(query, start + "MetagenerationMatch"),
          condition(query, start + "MetagenerationNotMatch")};
}

void Conditions::check(std::uint64_t generation, std::uint64_t metageneration, Purpose purpose) const {
  const int unchanged = purpose == Purpose::Read ? 304 : 412;
  if (generation_match) require(*generation_match == generation, 412, "If-Match");
  if (metageneration_match) require(*metageneration_match == metageneration, 412, "If-Match");
  if (generation_not_match) require(*generation_not_match != generation, unchanged, "If-None-Match");
  if (metageneration_not_match) {
    require(*metageneration_not_match != metageneration, unchanged, "If-None-Match");
  }
}

}  // namespace weir::sandbox::gcs

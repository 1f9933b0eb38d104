// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "connectors/redshift/staging.h"

namespace weir::redshift {
namespace {

std::string batch_name(const DestinationOptions& options, const std::string& table) {
  const auto named = options.batch_names.find(table);
  return named == options.batch_names.end() ? table : named->second;
}

/// Fills in {{ pipeline }} and {{ table }}, then what a partition knows.
Result<std::string> filled(std::string_view text, const sdk::LoadRequest& request, const std::string& table) {
  std::string out;
  while (true) {
    const auto open = text.find("{{");
    const auto close = open == text.npos ? open : text.find("}}", open);
    if (close == text.npos) break;
    const auto name = trim(text.substr(open + 2, close - open - 2));
    out += text.substr(0, open);
    if (name == "table") {
      out += table;
    } else if (name == "pipeline") {
      out += request.pipeline;
    } else {
      out += TRY(model::expand(text.substr(open, close + 2 - open), request.partition));
    }
    text.remove_prefix(close + 2);
  }
  return out.append(text);
}

std::string suffix(StagedCompression compression) {
  return compression == StagedCompression::Gzip ? ".gz" : "";
}

}  // namespace

std::string partition_folder(const std::string& prefix, const sdk::LoadRequest& request) {
  return fmt::format("{}/loads/{}/{}/", prefix, key_segment(request.pipeline),
                     key_segment(request.partition.key));
}

Result<std::vector<std::string>> part_bases(const sdk::LoadRequest& request,
                                            const DestinationOptions& options, const std::string& prefix,
                                            const std::string& folder) {
  std::vector<std::string> bases;
  std::set<std::string> seen;
  for (const auto& target : request.tables) {
    auto base = folder + key_segment(target.table) + ".txt";
    if (options.keep_staged) {
      const auto pattern =
          options.batch.value_or(prefix + "/batch/{{ pipeline }}/{{ partition.key }}/{{ table }}.txt");
      base =
          TRY(filled(pattern, request, batch_name(options, target.table)).within("the destination's batch"));
    }
    const auto extension = suffix(options.compression);
    if (!base.ends_with(extension)) base += extension;
    if (!seen.insert(base).second) {
      return fail(ErrorCode::InvalidConfig,
                  "batch gives table {} the key {}, which another table has; put {{{{ table }}}} into it",
                  target.table, base);
    }
    bases.push_back(std::move(base));
  }
  return bases;
}

}  // namespace weir::redshift

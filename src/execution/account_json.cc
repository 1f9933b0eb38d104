// SPDX-License-Identifier: Apache-2.0
#include "execution/account_json.h"

#include <fmt/format.h>

#include "base/json_text.h"
#include "base/time.h"

namespace weir::execution {
namespace {

std::string members(const model::RowCounts& counts) {
  return fmt::format(R"("read":{},"added":{},"loaded":{},"filtered":{},"deduplicated":{},"quarantined":{})",
                     counts.read, counts.added, counts.loaded, counts.filtered, counts.deduplicated,
                     counts.quarantined);
}

void write_member(std::string& json, std::string_view name, std::string_view text) {
  write_json_string(json, name);
  json += ':';
  write_json_string(json, text);
  json += ',';
}

}  // namespace

std::string counts_json(const std::map<std::string, model::RowCounts>& by_table) {
  model::RowCounts sum;
  for (const auto& [table, counts] : by_table) sum += counts;
  std::string json = "{" + members(sum);
  if (by_table.size() > 1) {
    json += ",\"tables\":{";
    for (const auto& [table, counts] : by_table) {
      if (json.back() == '}') json += ',';
      write_json_string(json, table);
      json += ":{" + members(counts) + "}";
    }
    json += '}';
  }
  return json + "}";
}

std::string report_json(const state::Run& run) {
  std::string json = "{";
  write_member(json, "pipeline", run.pipeline);
  write_member(json, "partition", run.partition);
  write_member(json, "run", run.run_id);
  write_member(json, "load", run.load_id);
  write_member(json, "started_at", to_string(run.started_at));
  write_member(json, "error_code", run.error_code);
  write_member(json, "error", run.error_message);
  json += "\"warnings\":[";
  for (const auto& warning : run.warnings) {
    if (json.back() != '[') json += ',';
    write_json_string(json, warning);
  }
  return json + "],\"rows\":" + counts_json(run.counts) + "}";
}

}  // namespace weir::execution

// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/destination_head.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace weir::files {
namespace {

using Json = nlohmann::ordered_json;

// Whoever replaces a small object does so in one step, so reading it again is enough.
constexpr int kReads = 20;

DecidedRecord decided_of(const Json& journal) {
  return {journal.at("load_id"), journal.at("pipeline"), journal.at("partition"), journal.dump()};
}

Head head_of(const Json& json) {
  Head head;
  head.writes = json.at("writes");
  // Earlier versions do not say it: with every write of theirs anything may have been decided.
  head.decided_at = json.value("decided_at", head.writes);
  head.tables_at = json.value("tables_at", head.writes);
  if (const auto decided = json.find("publishing"); decided != json.end()) {
    if (decided->is_object()) head.decided.push_back(decided_of(*decided));
    if (decided->is_array()) {
      for (const auto& journal : *decided) head.decided.push_back(decided_of(journal));
    }
  }
  for (const auto& claim : json.at("claims")) {
    head.claims.push_back({claim.at("pipeline"), claim.at("partition"), claim.at("load_id"),
                           claim.at("files").get<std::vector<std::string>>()});
  }
  return head;
}

}  // namespace

bool ClaimRecord::names_any(const std::vector<std::string>& names) const {
  return std::any_of(files.begin(), files.end(), [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  });
}

const ClaimRecord* Head::claim_of(const std::string& load_id) const {
  const auto found = std::find_if(claims.begin(), claims.end(),
                                  [&](const ClaimRecord& claim) { return claim.load_id == load_id; });
  return found == claims.end() ? nullptr : &*found;
}

bool Head::has_decided(const std::string& load_id) const {
  return std::any_of(decided.begin(), decided.end(),
                     [&](const DecidedRecord& each) { return each.load_id == load_id; });
}

bool Head::has_decided(const std::string& pipeline, const std::string& partition) const {
  return std::any_of(decided.begin(), decided.end(), [&](const DecidedRecord& each) {
    return each.pipeline == pipeline && each.partition == partition;
  });
}

std::string head_json(const Head& head) {
  Json claims = Json::array();
  for (const auto& claim : head.claims) {
    claims.push_back({{"pipeline", claim.pipeline},
                      {"partition", claim.partition},
                      {"load_id", claim.load_id},
                      {"files", claim.files}});
  }
  Json json = {{"writes", head.writes},
               {"decided_at", head.decided_at},
               {"tables_at", head.tables_at},
               {"claims", claims}};
  for (const auto& each : head.decided) json["publishing"].push_back(Json::parse(each.journal));
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Head> parse_head(std::string_view text) {
  try {
    return head_of(Json::parse(text));
  } catch (const std::exception& problem) {
    return fail(ErrorCode::DataMismatch,
                "it is damaged ({}); restore it from a backup or an older version of the object",
                problem.what());
  }
}

Result<std::optional<ObjectText>> read_object(io::ObjectStore& store, const std::string& key) {
  for (int attempt = 0; attempt < kReads; ++attempt) {
    auto info = store.head(key);
    if (!info.ok() && info.error().code() == ErrorCode::NotFound) return std::optional<ObjectText>();
    if (!info.ok()) return Failure(std::move(info).error());
    auto text = store.read(key, {0, info->size}, info->version);
    if (text.ok()) return std::optional(ObjectText{*std::move(text), std::move(info->version)});
    const auto code = text.error().code();
    if (code != ErrorCode::Conflict && code != ErrorCode::NotFound) return Failure(std::move(text).error());
  }
  return fail(ErrorCode::Conflict, "{} was changed {} times while it was read; run again", store.uri(key),
              kReads);
}

}  // namespace weir::files

// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/destination_head.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace weir::files {
namespace {

using Json = nlohmann::ordered_json;

// Whoever replaces a small object does so in one step, so reading it again is enough.
constexpr int kReads = 20;

Head head_of(const Json& json) {
  Head head;
  head.writes = json.at("writes");
  if (const auto decided = json.find("publishing"); decided != json.end()) {
    head.decided_load = decided->at("load_id").get<std::string>();
    head.journal = decided->dump();
  }
  for (const auto& claim : json.at("claims")) {
    head.claims.push_back({claim.at("pipeline"), claim.at("partition"), claim.at("load_id"),
                           claim.at("files").get<std::vector<std::string>>()});
  }
  return head;
}

}  // namespace

const ClaimRecord* Head::claim_of(const std::string& load_id) const {
  const auto found = std::find_if(claims.begin(), claims.end(),
                                  [&](const ClaimRecord& claim) { return claim.load_id == load_id; });
  return found == claims.end() ? nullptr : &*found;
}

std::string head_json(const Head& head) {
  Json claims = Json::array();
  for (const auto& claim : head.claims) {
    claims.push_back({{"pipeline", claim.pipeline},
                      {"partition", claim.partition},
                      {"load_id", claim.load_id},
                      {"files", claim.files}});
  }
  Json json = {{"writes", head.writes}, {"claims", claims}};
  if (head.decided_load) json["publishing"] = Json::parse(head.journal);
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

SeenHead HeadObject::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

void HeadObject::remember(const SeenHead& seen) const {
  const std::lock_guard lock(mutex_);
  last_ = seen;
}

Result<SeenHead> HeadObject::read() const {
  auto known = last();
  if (!known.version.empty()) {
    const auto now = store_.head(key_);
    if (now.ok() && now->version == known.version) return known;
  }
  auto found = TRY(read_object(store_, key_));
  if (!found) return SeenHead();
  SeenHead seen{TRY(parse_head(found->text).within("reading " + store_.uri(key_))),
                std::move(found->version)};
  remember(seen);
  return seen;
}

Result<SeenHead> HeadObject::seen_last() const {
  auto known = last();
  if (!known.version.empty()) return known;
  return read();
}

Result<void> HeadObject::replace(SeenHead& seen, Head next) const {
  next.writes = seen.head.writes + 1;
  using Kind = io::Precondition::Kind;
  const io::Precondition condition{seen.version.empty() ? Kind::Absent : Kind::Version, seen.version};
  auto written =
      TRY(store_.put(key_, head_json(next), {.content_type = "application/json", .precondition = condition}));
  seen = {std::move(next), std::move(written.version)};
  remember(seen);
  return {};
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

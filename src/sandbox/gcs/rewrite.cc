// SPDX-License-Identifier: Apache-2.0
#include "sandbox/gcs/rewrite.h"

#include "protocols/google/json_value.h"
#include "sandbox/gcs/refusal.h"

namespace weir::sandbox::gcs {
namespace {

constexpr std::size_t kPiece = 4U << 20;
constexpr std::size_t kMostSources = 32;

void append(BlobWriter& writer, const Blob& source) {
  for (std::uint64_t offset = 0; offset < source.size(); offset += kPiece) {
    writer.append(source.read(offset, kPiece));
  }
}

std::optional<std::uint64_t> number_in(const Parameters& query, const std::string& name) {
  const auto found = query.find(name);
  return found == query.end() ? std::nullopt : google::number_of({{"n", found->second}}, "n");
}

/// What is said of the copy: the same as of the source, unless the request brings something.
Json metadata_of(const Object& source, const Json& given) {
  const Json said = settable(given);
  return said.empty() ? settable(source.resource) : said;
}

}  // namespace

Object Rewrites::source(const ObjectName& from, const Parameters& query) const {
  Object object = store_.get(from, number_in(query, "sourceGeneration"), {});
  // A source that changed is refused like a target, never with 304.
  Conditions::of(query, "Source").check(object.generation(), object.metageneration(), Purpose::Write);
  return object;
}

Json Rewrites::copy(const ObjectName& from, const ObjectName& to, const Json& metadata,
                    const Parameters& query) {
  const Object object = source(from, query);
  const auto bytes = store_.writer();
  append(*bytes, *object.bytes);
  return store_.put(to, metadata_of(object, metadata), *bytes, Conditions::of(query)).resource;
}

Json Rewrites::rewrite(const ObjectName& from, const ObjectName& to, const Json& metadata,
                       const Parameters& query) {
  const Object object = source(from, query);
  store_.check_put(to, Conditions::of(query));
  const std::uint64_t step = number_in(query, "maxBytesRewrittenPerCall").value_or(step_);
  Pending pending{from, to, object.generation(), 0};
  if (const auto token = query.find("rewriteToken"); token != query.end()) {
    const std::lock_guard lock(mutex_);
    const auto found = pending_.find(token->second);
    const bool fits = found != pending_.end() && found->second.from.name == from.name &&
                      found->second.to.name == to.name && found->second.generation == object.generation();
    if (!fits) throw Refusal{400, "invalid", "Invalid rewrite token.", "rewriteToken"};
    pending = found->second;
  }
  pending.done = std::min(pending.done + step, object.bytes->size());
  Json answer = {{"kind", "storage#rewriteResponse"},
                 {"totalBytesRewritten", std::to_string(pending.done)},
                 {"objectSize", std::to_string(object.bytes->size())},
                 {"done", pending.done == object.bytes->size()}};
  if (pending.done == object.bytes->size()) {
    answer["resource"] = copy(from, to, metadata, query);
  } else {
    const std::lock_guard lock(mutex_);
    const std::string token = "rewrite-" + std::to_string(++tokens_);
    pending_[token] = pending;
    answer["rewriteToken"] = token;
  }
  return answer;
}

Json Rewrites::compose(const ObjectName& to, const Json& request, const Parameters& query) {
  const Json& sources = google::member_of(request, "sourceObjects");
  if (!sources.is_array() || sources.empty()) throw Refusal{400, "required", "Required", "sourceObjects"};
  if (sources.size() > kMostSources) {
    throw Refusal{400, "invalid",
                  fmt::format("The number of source components provided ({}) exceeds the maximum (32)",
                              sources.size())};
  }
  const auto bytes = store_.writer();
  for (const Json& source : sources) {
    const ObjectName at{to.bucket, google::text_of(source, "name")};
    append(*bytes, *store_.get(at, google::number_of(source, "generation"), {}).bytes);
  }
  return store_.put(to, google::member_of(request, "destination"), *bytes, Conditions::of(query)).resource;
}

}  // namespace weir::sandbox::gcs

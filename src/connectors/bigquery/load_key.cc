// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/load_key.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>

namespace weir::bigquery {
namespace {

constexpr const char* kTables = "_weir_stage_";
constexpr std::size_t kLongest = 64;

/// 16 digits that stand for texts.
std::string hash_of(std::initializer_list<std::string_view> texts) {
  std::string all;
  for (const auto text : texts) all.append(text).push_back('\0');
  return fmt::format("{:016x}", XXH3_64bits(all.data(), all.size()));
}

/// A text as it is when it can stand in the id of a job and the name of a table, otherwise its hash.
std::string segment(const std::string& text) {
  const bool plain =
      !text.empty() && text.size() <= kLongest && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
      });
  return plain ? text : hash_of({text});
}

std::string place(const google::BigQueryTableName& ledger, const std::string& pipeline,
                  const std::string& partition) {
  return hash_of({ledger.project, ledger.dataset, pipeline, partition});
}

}  // namespace

LoadKey::LoadKey(const google::BigQueryTableName& ledger, const sdk::LoadRequest& request, int turn)
    : text_(fmt::format("{}_{}_{}", place(ledger, request.pipeline, request.partition.key),
                        segment(request.load_id), turn)) {}

std::optional<LoadKey> LoadKey::of_table(const std::string& table) {
  const std::string_view head = kTables;
  const auto end = table.rfind("_t");
  if (!table.starts_with(head) || end == std::string::npos || end <= head.size()) return std::nullopt;
  return LoadKey(table.substr(head.size(), end - head.size()));
}

std::string LoadKey::tables_of(const google::BigQueryTableName& ledger, const std::string& pipeline,
                               const std::string& partition) {
  return kTables + place(ledger, pipeline, partition) + "_";
}

std::string LoadKey::staging_table(std::size_t table) const {
  return fmt::format("{}{}_t{}", kTables, text_, table);
}

std::string LoadKey::load_job(std::size_t table) const { return fmt::format("weir_{}_load{}", text_, table); }
std::string LoadKey::publish_job() const { return fmt::format("weir_{}_publish", text_); }
std::string LoadKey::folder(const std::string& prefix) const {
  return fmt::format("{}/loads/{}/", prefix, text_);
}

}  // namespace weir::bigquery

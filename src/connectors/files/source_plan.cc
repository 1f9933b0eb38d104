// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/source_plan.h"

#include <fnmatch.h>

namespace weir::files {
namespace {

bool fits(const std::string& pattern, const std::string& name) {
  if (pattern.empty()) return true;
  const bool whole = pattern.find('/') != std::string::npos;
  const auto file = whole ? name : name.substr(name.rfind('/') + 1);
  return ::fnmatch(pattern.c_str(), file.c_str(), FNM_PATHNAME) == 0;
}

/// Files alone may well be empty; a part of a delivery is not.
OnEmpty usual_on_empty(const FilesSourceOptions& options, bool several) {
  bool archives =
      options.archive != formats::ArchiveKind::None && options.archive != formats::ArchiveKind::Auto;
  if (options.archive == formats::ArchiveKind::Auto) {
    for (const auto& path : options.path) {
      archives = archives || formats::archive_of_name(path) != formats::ArchiveKind::None;
    }
  }
  return several || archives ? OnEmpty::Fail : OnEmpty::Empty;
}

}  // namespace

bool TableRules::knows_columns(const formats::Format& known) const {
  const bool in_order = !read.csv.header || read.csv.columns_by == formats::ColumnsBy::Position;
  return known.name == "csv" && in_order && read.columns.size() > 0;
}

formats::ArchiveKind ReadPlan::archive_kind(const std::string& name) const {
  return archive == formats::ArchiveKind::Auto ? formats::archive_of_name(name) : archive;
}

Result<std::optional<std::size_t>> ReadPlan::table_of(const std::string& name) const {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (!fits(tables[i].entry, name)) continue;
    if (found) {
      return fail(ErrorCode::InvalidConfig, "the patterns '{}' and '{}' of two tables both name {}",
                  tables[*found].entry, tables[i].entry, name);
    }
    found = i;
  }
  return found;
}

Result<std::string_view> ReadPlan::format_of(std::size_t table, const std::string& name) const {
  if (tables[table].format) return std::string_view(*tables[table].format);
  if (const auto known = formats::format_of_name(name)) return *known;
  return fail(ErrorCode::InvalidConfig,
              "the name {} does not tell the format; set `format` to jsonl, csv, access_log, s3_access_log "
              "or parquet",
              name);
}

Result<ReadPlan> make_plan(const FilesSourceOptions& options, const std::vector<TableOptions>& tables,
                           std::shared_ptr<Place> place) {
  TRY(check_options(options));
  if (!options.column_paths.empty() && options.column_paths.size() != options.columns.size()) {
    return fail(ErrorCode::Internal, "{} columns come with {} paths", options.columns.size(),
                options.column_paths.size());
  }
  const auto& limits = options.archive_limits;
  ReadPlan plan{std::move(place),
                {},
                options.compression,
                options.archive,
                {static_cast<std::uint64_t>(limits.entries), limits.bytes.bytes,
                 static_cast<std::uint64_t>(limits.ratio)},
                options.unknown_entries};
  const auto on_empty = options.on_empty.value_or(usual_on_empty(options, !tables.empty()));
  for (const auto& table : tables) {
    TableRules rules;
    rules.entry = table.entry;
    if (!table.optional) rules.presence = TableRules::Presence::Required;
    rules.on_empty = table.on_empty.value_or(on_empty);
    rules.format = table.format ? table.format : options.format;
    rules.read = TRY(read_options(rules.format, table.csv.value_or(options.csv), table.columns));
    plan.tables.push_back(std::move(rules));
  }
  if (!tables.empty()) return plan;
  TableRules only;
  only.entry = options.entry.value_or("");
  if (options.entry) only.presence = TableRules::Presence::Required;
  only.on_empty = on_empty;
  only.format = options.format;
  only.read = TRY(read_options(options.format, options.csv, options.columns));
  only.paths = options.column_paths;
  plan.tables.push_back(std::move(only));
  return plan;
}

std::string entry_name(const std::string& archive, const std::string& path) { return archive + "!" + path; }

std::optional<std::string> archive_of_entry(const ReadPlan& plan, const std::string& name) {
  for (auto at = name.find('!'); at != std::string::npos; at = name.find('!', at + 1)) {
    auto archive = name.substr(0, at);
    if (plan.archive_kind(archive) != formats::ArchiveKind::None) return archive;
  }
  return std::nullopt;
}

}  // namespace weir::files

// SPDX-License-Identifier: Apache-2.0
#include "migrate/project_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "migrate/yaml_text.h"

namespace weir::migrate {
namespace {

/// What lies between the first " - " and the last one, or behind the only one. A group's name may hold
/// " - " itself.
constexpr const char* kGroupName =
    "CASE WHEN len(string_split(memo, ' - ')) > 2 "
    "THEN array_to_string(string_split(memo, ' - ')[2:-2], ' - ') "
    "ELSE string_split(memo, ' - ')[2] END";

/// A file's name as a pattern that means nothing else.
std::string pattern_of(const std::string& stem) {
  std::string out;
  for (const char c : stem) {
    if (std::string_view("*?[]\\").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out + ".*";
}

std::string weir_yaml(const OriginalJob& job, const Surroundings& around) {
  return fmt::format("# Made of {} by `weir migrate`.\nconnections:\n", job.file) +
         bucket_yaml("archives and of what becomes of them", job.bucket) +
         warehouse_yaml(around, job.target_schema(), job.destination + "/staging");
}

std::string source_yaml(const OriginalJob& job) {
  std::string text = "source:\n  connection: bucket\n";
  text += fmt::format("  path: {}\n  match: {}\n", quoted(job.folder()), quoted(job.doc + "$"));
  text += "  archive: tar\n  unknown_entries: fail\n  format: csv\n";
  text += fmt::format("  csv: {{ delimiter: {}, columns_by: position }}\n", quoted(job.delimiter()));
  text += fmt::format("  on_empty: {}\n", job.truncate ? "fail" : "header");
  text += fmt::format("  after:\n    good: {}\n    bad: {}\n    action: copy\n",
                      quoted(job.destination + "/good/{{ object.key }}"),
                      quoted(job.destination + "/bad/{{ object.key }}"));
  return text;
}

std::string casts_yaml(const OriginalFile& file, const TargetTables& tables) {
  std::string text;
  for (const auto& column : file.columns) {
    const auto type = row_type(file.table(), column, tables);
    std::string format;
    for (const auto& date : file.dates) {
      if (date.field == column) format = date.format;
    }
    if (!format.empty()) {
      text += fmt::format("          {}: {{ type: {}, format: {} }}\n", named(column),
                          type == "date" ? "date" : "timestamp", quoted(format));
    } else if (!type.empty()) {
      text += fmt::format("          {}: {}\n", named(column), type);
    }
  }
  return text.empty() ? text : "      - cast:\n" + text;
}

std::string table_yaml(const OriginalFile& file, const TargetTables& tables) {
  auto text = fmt::format("  - table: {}\n    source:\n      entry: {}\n      columns:\n",
                          named(file.table()), quoted(pattern_of(file.stem)));
  for (const auto& column : file.columns) text += fmt::format("        {}: text\n", named(column));
  auto transforms = casts_yaml(file, tables);
  if (file.derives_group()) {
    transforms += fmt::format(
        "      # The part of memo between \" - \" and \" - \".\n"
        "      - add:\n          group_name: {}\n",
        quoted(kGroupName));
  }
  if (!transforms.empty()) text += "    transforms:\n" + transforms;
  return text;
}

std::string destination_yaml(const OriginalJob& job, const Surroundings& around) {
  auto text = fmt::format("destination:\n  connection: warehouse\n  write: {}\n  long_text: quarantine\n",
                          job.truncate ? "replace" : "replace_partition");
  if (around.kind == WarehouseKind::Postgres) return text;
  text += "  # What was loaded stays as text with | between the fields, under the names of the files.\n";
  text +=
      fmt::format("  compression: none\n  keep_staged: true\n  batch: {}\n",
                  quoted(job.destination + "/batch/{{ object.folder }}{{ object.stem }}/{{ table }}.csv"));
  std::string names;
  for (const auto& file : job.files) {
    if (file.table() == file.stem) continue;
    names += fmt::format("    {}: {}\n", named(file.table()), named(file.stem));
  }
  return names.empty() ? text : text + "  batch_names:\n" + names;
}

std::string pipeline_yaml(const OriginalJob& job, const Surroundings& around, const TargetTables& tables,
                          const std::vector<std::string>& decided) {
  auto text = decisions_text(job.file, decided);
  text += fmt::format("pipeline: {}\npartitions: {{ every: object, take: {} }}\n\n", named(job.name),
                      job.truncate ? "newest" : "all");
  text += source_yaml(job) + "\ntables:\n";
  for (const auto& file : job.files) text += table_yaml(file, tables);
  text += "\n" + destination_yaml(job, around);
  text += "\n# One row that cannot be loaded makes the archive a bad one, of which nothing is loaded.\n";
  return text + "max_bad_rows: 0\n";
}

/// The flags in the documented tables.
bool is_documented_flag(std::string_view table, std::string_view column) {
  return (table == "user_group" && column == "is_group_mgr") || (table == "cms_group" && column == "active");
}

}  // namespace

std::string row_type(const std::string& table, const std::string& column, const TargetTables& tables) {
  const auto found = tables.find(table);
  if (found == tables.end()) return is_documented_flag(table, column) ? "boolean" : "";
  const auto stored = found->second.find(lower(column));
  if (stored == found->second.end()) return "";
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kTypes = {{
      {"boolean", "boolean"},
      {"smallint", "integer"},
      {"integer", "integer"},
      {"bigint", "integer"},
      {"numeric", "double"},
      {"real", "double"},
      {"double precision", "double"},
      {"timestamp", "timestamp"},
      {"date", "date"},
  }};
  for (const auto& [declared, type] : kTypes) {
    if (stored->second.starts_with(declared)) return std::string(type);
  }
  return "";
}

MigratedProject write_project(const OriginalJob& job, const Surroundings& surroundings,
                              const TargetTables& tables) {
  MigratedProject project;
  project.decisions = decisions(job, surroundings, tables);
  project.weir_yaml = weir_yaml(job, surroundings);
  project.pipeline_path = "pipelines/" + job.name + ".yaml";
  project.pipeline_yaml = pipeline_yaml(job, surroundings, tables, project.decisions);
  return project;
}

}  // namespace weir::migrate

// SPDX-License-Identifier: Apache-2.0
#include "migrate/project_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json_text.h"
#include "base/text.h"

namespace weir::migrate {
namespace {

/// What lies between the first " - " and the last one, or behind the only one. A group's name may hold
/// " - " itself.
constexpr const char* kGroupName =
    "CASE WHEN len(string_split(memo, ' - ')) > 2 "
    "THEN array_to_string(string_split(memo, ' - ')[2:-2], ' - ') "
    "ELSE string_split(memo, ' - ')[2] END";

/// Text in quotes, as both JSON and YAML have it.
std::string quoted(std::string_view text) {
  std::string out;
  write_json_string(out, text);
  return out;
}

/// A name, in quotes where YAML would take it for something else.
std::string named(const std::string& text) {
  constexpr std::array<std::string_view, 9> kWords = {"true", "false", "null", "yes", "no",
                                                      "on",   "off",   "y",    "n"};
  const bool letters = !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == text.npos;
  const bool word = std::find(kWords.begin(), kWords.end(), text) != kWords.end();
  return letters && !word ? text : quoted(text);
}

/// A sentence of the decisions as lines of a comment.
std::string comment(const std::string& text) {
  std::string out;
  std::string line = "#  ";
  for (const auto& word : split(text, ' ')) {
    if (line.size() + 1 + word.size() > 100) {
      out += line + "\n";
      line = "#  ";
    }
    line += " " + word;
  }
  return out + line + "\n";
}

/// A file's name as a pattern that means nothing else.
std::string pattern_of(const std::string& stem) {
  std::string out;
  for (const char c : stem) {
    if (std::string_view("*?[]\\").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out + ".*";
}

std::string line(std::string_view key, std::string_view value, std::string_view missing = {}) {
  if (value.empty()) return fmt::format("    # {}: {}\n", key, missing);
  return fmt::format("    {}: {}\n", key, quoted(value));
}

std::string weir_yaml(const OriginalJob& job, const Surroundings& around) {
  const bool redshift = around.kind == WarehouseKind::Redshift;
  auto text = fmt::format("# Made of {} by `weir migrate`.\nconnections:\n", job.file);
  text +=
      "  # The bucket of the archives and of what becomes of them. Who reads it is said by\n"
      "  # AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or the machine's role.\n"
      "  bucket:\n    type: s3\n";
  text += line("bucket", job.bucket);
  text += fmt::format("\n  # The tables, and weir's ledger of what is in them.\n  warehouse:\n    type: {}\n",
                      redshift ? "redshift" : "postgres");
  text += line("host", around.host, "name of the server; without it the variable PGHOST");
  text += fmt::format("    port: {}\n", around.port);
  text += line("database", around.database, "its name; without it the variable PGDATABASE");
  text += line("user", around.user, "who logs in; without it the variable PGUSER");
  text += line("password", around.password);
  text += line("schema", job.target_schema());
  if (!redshift) return text;
  text += line("iam_role", around.copy_role,
               "ARN of a role that may read the bucket; without it the keys go into COPY");
  text += fmt::format("    staging: {{ connection: bucket, prefix: {} }}\n",
                      quoted(job.destination + "/staging"));
  return text;
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
                          job.truncate ? "replace" : "append");
  if (around.kind == WarehouseKind::Postgres) return text;
  text += "  # What was loaded stays as text with | between the fields.\n";
  text +=
      fmt::format("  compression: none\n  keep_staged: true\n  batch: {}\n",
                  quoted(job.destination + "/batch/{{ object.folder }}{{ object.stem }}/{{ table }}.csv"));
  return text;
}

std::string pipeline_yaml(const OriginalJob& job, const Surroundings& around, const TargetTables& tables,
                          const std::vector<std::string>& decided) {
  auto text = fmt::format("# Made of {} by `weir migrate`. What was decided:\n", job.file);
  for (const auto& each : decided) text += comment("- " + each);
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

// SPDX-License-Identifier: Apache-2.0
// What a job that loads objects into a table means as a project, and what was decided for it.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "migrate/object_job.h"
#include "migrate/yaml_text.h"

namespace weir::migrate {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string format_of(const ObjectJob& job, const std::string& column) {
  for (const auto& [field, format] : job.dates) {
    if (field == column) return format;
  }
  return "";
}

/// The type of the rows for a column of a declared type. Numbers with decimals keep their digits as text.
std::string stored_type(const ObjectJob& job, const std::string& column, const TargetTables& tables) {
  const auto found = tables.find(job.table());
  if (found != tables.end()) {
    const auto stored = found->second.find(lower(column));
    if (stored == found->second.end()) return "text";
    constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kTypes = {{
        {"boolean", "boolean"},
        {"smallint", "integer"},
        {"integer", "integer"},
        {"bigint", "integer"},
        {"real", "double"},
        {"double precision", "double"},
        {"timestamp", "timestamp"},
        {"date", "date"},
    }};
    for (const auto& [declared, type] : kTypes) {
      if (stored->second.starts_with(declared)) return std::string(type);
    }
    return "text";
  }
  const auto* documented = job.looker_table();
  if (documented == nullptr) return "text";
  for (const auto& each : documented->columns) {
    if (each.name == column) return std::string(each.type);
  }
  return "text";
}

/// How a column is read, and what it is cast to before it is stored where that is something else.
struct ColumnTypes {
  std::string read;
  std::string stored;
  std::string format;  ///< of times, when they are read as text
};

ColumnTypes types_of(const ObjectJob& job, const std::string& column, const TargetTables& tables) {
  ColumnTypes types;
  types.stored = stored_type(job, column, tables);
  types.format = format_of(job, column);
  // weir writes the times of Looker's tables in the form that needs no pattern.
  const bool usual = types.format == "%Y-%m-%d %H:%M:%S" || types.format == "%Y-%m-%d %H:%M:%S.%f";
  if (usual && job.looker_table() != nullptr) types.format.clear();
  if (!types.format.empty()) {
    types.read = "text";
    types.stored = types.stored == "date" ? "date" : "timestamp";
  } else if (contains(job.read_as.integers, column)) {
    types.read = "integer";
  } else if (contains(job.read_as.doubles, column)) {
    types.read = "double";
  } else if (contains(job.read_as.booleans, column)) {
    types.read = "boolean";
  } else if (contains(job.read_as.strings, column)) {
    types.read = types.stored = "text";
  } else {
    types.read = types.stored;
  }
  return types;
}

std::string weir_yaml(const ObjectJob& job, const Surroundings& around) {
  return fmt::format("# Made of {} by `weir migrate`.\nconnections:\n", job.file) +
         bucket_yaml("objects and of what becomes of them", job.bucket) +
         warehouse_yaml(around, job.target_schema(), job.destination + "/staging");
}

std::string source_yaml(const ObjectJob& job, const TargetTables& tables) {
  std::string text = "source:\n  connection: bucket\n";
  text += fmt::format("  path: {}\n  match: {}\n  skip: \"/archive\"\n", quoted(job.folder()),
                      quoted(job.doc + "$"));
  text += "  archive: none\n  format: csv\n  csv:\n";
  text += fmt::format("    delimiter: {}\n    columns_by: position\n    extra_fields: ignore\n",
                      quoted(job.delimiter()));
  if (job.no_header) text += "    header: false\n";
  if (!job.no_header) text += "    moved_columns: fail\n";
  if (job.encoding != "utf-8") text += fmt::format("    encoding: {}\n", quoted(job.encoding));
  if (job.looker_table() != nullptr) {
    text += "    # As weir writes Looker's tables; objects of the earlier job are in quotes instead.\n";
    text += "    backslash: escape\n    null_text: \"\\\\N\"\n";
  }
  text += "  on_empty: fail\n  columns:\n";
  for (const auto& column : job.columns)
    text += fmt::format("    {}: {}\n", named(column), types_of(job, column, tables).read);
  return text + fmt::format("  after:\n    good: {}\n    bad: {}\n    action: copy\n",
                            quoted(job.destination + "/good/{{ object.key }}"),
                            quoted(job.destination + "/bad/{{ object.key }}"));
}

std::string identifier(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

std::string constant(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

/// The SQL of a text column whose text is changed; empty when it stays as it is.
std::string changed(const ObjectJob& job, const std::string& column, const std::string& raw) {
  auto sql = identifier(raw);
  const auto plain = sql;
  if (job.strip_quotes) sql = fmt::format("trim({}, '\"')", sql);
  for (const auto& [field, from, to] : job.replace) {
    if (field == column) sql = fmt::format("replace({}, {}, {})", sql, constant(from), constant(to));
  }
  for (const auto& [field, limit] : job.string_limits) {
    if (field == column) sql = fmt::format("substr({}, 1, {})", sql, limit);
  }
  return sql == plain ? "" : sql;
}

/// Texts are changed under another name, because a column cannot be added that is there.
std::string changes_yaml(const ObjectJob& job, const TargetTables& tables) {
  std::string renames;
  std::string adds;
  std::vector<std::string> drops;
  for (const auto& column : job.columns) {
    if (types_of(job, column, tables).read != "text" || contains(job.drop_columns, column)) continue;
    const auto raw = column + "_as_read";
    const auto sql = changed(job, column, raw);
    if (sql.empty()) continue;
    renames += fmt::format("      {}: {}\n", named(column), named(raw));
    adds += fmt::format("      {}: {}\n", named(column), quoted(sql));
    drops.push_back(raw);
  }
  if (drops.empty()) return "";
  return fmt::format("  - rename:\n{}  - add:\n{}  - drop: {}\n", renames, adds, list_of(drops));
}

std::string casts_yaml(const ObjectJob& job, const TargetTables& tables) {
  std::string text;
  for (const auto& column : job.columns) {
    if (contains(job.drop_columns, column)) continue;
    const auto types = types_of(job, column, tables);
    if (!types.format.empty()) {
      text += fmt::format("      {}: {{ type: {}, format: {} }}\n", named(column), types.stored,
                          quoted(types.format));
    } else if (types.read != types.stored) {
      text += fmt::format("      {}: {}\n", named(column), types.stored);
    }
  }
  return text.empty() ? text : "  - cast:\n" + text;
}

std::string transforms_yaml(const ObjectJob& job, const TargetTables& tables) {
  std::string text;
  if (!job.drop_columns.empty()) text += fmt::format("  - drop: {}\n", list_of(job.drop_columns));
  text += changes_yaml(job, tables) + casts_yaml(job, tables);
  std::string added;
  for (const auto& [column, value] : job.add_columns) {
    const auto type = stored_type(job, column, tables);
    const auto sql =
        type == "text" ? constant(value)
                       : fmt::format("CAST({} AS {})", constant(value), type == "integer" ? "BIGINT" : type);
    added += fmt::format("      {}: {}\n", named(column), quoted(sql));
  }
  if (!added.empty()) text += "  - add:\n" + added;
  return text.empty() ? text : "\ntransforms:\n" + text;
}

std::string destination_yaml(const ObjectJob& job, const Surroundings& around) {
  auto text = fmt::format(
      "\ndestination:\n  connection: warehouse\n  table: {}\n  write: {}\n  long_text: quarantine\n",
      named(job.table()), job.truncate ? "replace" : "replace_partition");
  if (around.kind == WarehouseKind::Postgres) return text;
  text += "  # What was loaded stays as text with | between the fields.\n";
  return text + fmt::format("  compression: none\n  keep_staged: true\n  batch: {}\n",
                            quoted(job.destination + "/batch/{{ object.key }}"));
}

using Decisions = std::vector<std::string>;

void add_reading(const ObjectJob& job, Decisions& out) {
  out.push_back(fmt::format(
      "'{}$' is searched in the whole key of every object below {}; keys with /archive in them are skipped.",
      job.doc, job.folder()));
  if (job.truncate) {
    out.emplace_back(
        "truncate: true becomes `take: newest` with `write: replace`. Only the newest object is loaded, and "
        "never one that is older than what is loaded; older ones are filed as done.");
  } else {
    out.emplace_back(
        "truncate: false becomes `take: all` with `write: replace_partition`, in the order of the objects' "
        "last change: the rows of each object are added, and an object that was written again with other "
        "content replaces the rows that it had brought. For that each row names its load, in the column "
        "_weir_load_id.");
  }
  if (job.file_limit && job.truncate)
    out.emplace_back("file_limit is without meaning where only the newest object is loaded.");
  if (job.file_limit && !job.truncate)
    out.push_back(fmt::format("One run loads at most {}, the oldest first.",
                              counted(static_cast<std::uint64_t>(*job.file_limit), "object")));
  out.push_back(fmt::format(
      "The first {} of each row are read by their position{}.", counted(job.columns.size(), "field"),
      job.no_header ? ""
                    : ", and fields behind them are ignored. A header that has the name of one column at the "
                      "place of another makes its object a bad one, since columns were moved"));
  out.emplace_back(
      "An object of zero bytes, with nothing that can be read, or with a header only is a bad one.");
  if (job.looker_table() != nullptr) {
    out.emplace_back(
        "Objects are read as weir writes Looker's tables: a backslash makes a | , backslash or line end "
        "behind "
        "it text, and \\N is NULL. Objects of the earlier job, with quotes, are read as well: of those an "
        "empty text is not NULL, and \\\\ is one backslash.");
  }
}

void add_values(const ObjectJob& job, const TargetTables& tables, Decisions& out) {
  out.emplace_back(
      "Text stays as it is: leading zeros, NA, null and - are kept. It is escaped once, when it is staged "
      "for "
      "COPY, and not in the table.");
  Decisions typed;
  for (const auto& column : job.columns) {
    const auto types = types_of(job, column, tables);
    if (types.read != "text") typed.push_back(fmt::format("{} {}", column, types.read));
  }
  if (!typed.empty())
    out.push_back(
        fmt::format("Types, of dtype_dic_ and of the {}: {}. Whole numbers may be written 3 or 3.0.",
                    tables.empty() ? "documented table" : "existing table", join(typed)));
  if (!job.dates.empty())
    out.emplace_back("Times are read with their dateformat; of %f the fraction may be missing.");
  if (!job.replace.empty()) out.emplace_back("replace works: the original threw its result away.");
  if (job.strip_quotes) out.emplace_back("strip_quotes takes \" away from both ends of texts.");
  for (const auto& [column, limit] : job.string_limits)
    out.push_back(fmt::format("{} is cut off after {}.", column,
                              counted(static_cast<std::uint64_t>(limit), "character")));
  if (!job.drop_columns.empty()) out.push_back("Left out: " + join(job.drop_columns) + ".");
  for (const auto& [column, value] : job.add_columns)
    out.push_back(fmt::format("{} is '{}' in every row.", column, value));
}

void add_keys(const ObjectJob& job, const Surroundings& around, Decisions& out) {
  out.push_back(fmt::format(
      "Objects are copied to {0}/good/<key> or {0}/bad/<key> of the bucket '{1}'; beside a bad one lies "
      "<key>.error.json with the reason. An object that was written again after that is loaded again.",
      job.destination, job.bucket));
  if (around.kind == WarehouseKind::Postgres) {
    out.emplace_back("PostgreSQL is loaded directly, so there is no batch copy of what was loaded.");
  } else {
    out.push_back(fmt::format("What was loaded stays at {}/batch/<key>.", job.destination));
    out.push_back(
        around.copy_role.empty()
            ? "Redshift reads the bucket with the AWS keys, which are kept out of all output; a role "
              "in iam_role would be better."
            : "Redshift reads the bucket with the role " + around.copy_role + ".");
    out.emplace_back("A replaced table keeps its own owner and grants; none are fixed in code any more.");
  }
  out.push_back(fmt::format("The database is {} on {}, port {}; the original had all three in its code.",
                            around.database.empty() ? "what PGDATABASE says" : around.database,
                            around.host.empty() ? "the host in PGHOST" : around.host, around.port));
  out.push_back(fmt::format("{} logs in, with the password in {}.",
                            around.user.empty() ? "The user in PGUSER" : "The user " + around.user,
                            around.password));
}

}  // namespace

MigratedProject write_project(const ObjectJob& job, const Surroundings& surroundings,
                              const TargetTables& tables) {
  MigratedProject project;
  add_reading(job, project.decisions);
  add_values(job, tables, project.decisions);
  add_keys(job, surroundings, project.decisions);
  project.weir_yaml = weir_yaml(job, surroundings);
  project.pipeline_path = "pipelines/" + job.name + ".yaml";
  auto text = decisions_text(job.file, project.decisions);
  text += fmt::format("pipeline: {}\npartitions: {{ every: object, take: {}{} }}\n\n", named(job.name),
                      job.truncate ? "newest" : "all",
                      job.file_limit && !job.truncate ? fmt::format(", limit: {}", *job.file_limit) : "");
  text += source_yaml(job, tables) + transforms_yaml(job, tables) + destination_yaml(job, surroundings);
  text += "\n# One row that cannot be loaded makes the object a bad one, of which nothing is loaded.\n";
  project.pipeline_yaml = text + "max_bad_rows: 0\n";
  return project;
}

}  // namespace weir::migrate

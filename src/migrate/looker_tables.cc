// SPDX-License-Identifier: Apache-2.0
#include "migrate/looker_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/spec.h"
#include "migrate/looker_columns.h"
#include "migrate/original_text.h"
#include "migrate/yaml_text.h"

namespace weir::migrate {
namespace {

using config::Diagnostics;
using config::Node;

constexpr std::array<std::string_view, 3> kMasks = {"redact", "hmac", "keep_domain"};

std::vector<std::string> columns_of(const LookerTable& table) {
  std::vector<std::string> names;
  for (const auto& column : table.columns) names.emplace_back(column.name);
  return names;
}

const LookerTable& users() { return looker_tables()[2]; }

void read_mask(const Node& node, Diagnostics& diagnostics,
               std::vector<std::pair<std::string, std::string>>& mask) {
  if (!node.is_mapping()) {
    diagnostics.error(node.at(), fmt::format("mask names columns of the table user and how each is hidden, "
                                             "but is {}",
                                             node.describe()));
  }
  const auto known = columns_of(users());
  const std::vector<std::string> methods(kMasks.begin(), kMasks.end());
  for (const auto& [column, at, method] : node.entries()) {
    if (std::find(known.begin(), known.end(), column) == known.end()) {
      diagnostics.error(at, fmt::format("the table user has no column {}", column),
                        closest(column, known).value_or(""));
    } else if (std::find(methods.begin(), methods.end(), method.text()) == methods.end()) {
      diagnostics.error(method.at(), fmt::format("a column is hidden by {}, but here stands {}",
                                                 join(methods, " or "), method.describe()));
    }
    mask.emplace_back(column, method.text());
  }
}

const config::Spec<LookerTablesJob>& tables_job_spec() {
  using J = LookerTablesJob;
  static const auto made = [] {
    config::Spec<J> out("the file", "A job that copies tables of Looker's database into a bucket.");
    out.field("bucket", &J::bucket, "The bucket.").required();
    out.field("source", &J::source, "Beginning of the keys.").required();
    out.field("directory", &J::directory, "What follows `source`.").required();
    out.field("destination", &J::destination, "Where loaded objects go; of no meaning here.");
    out.custom("mask", &J::mask, read_mask, "Columns of users to be hidden.", R"({"type": "object"})");
    return out;
  }();
  return made;
}

/// Compared as text: a dashboard that LookML defines has a name there and no number.
constexpr std::string_view kDashboards =
    "CAST(id AS BINARY) IN (SELECT CAST(dashboard_id AS BINARY) FROM history WHERE source = 'dashboard')";
constexpr std::string_view kHistoryFilter = "source = 'dashboard' AND (status IS NULL OR status <> 'error')";

std::string table_yaml(const LookerTable& table, const LookerTablesJob& job) {
  auto text = fmt::format("  - table: {}\n    source:\n      table: {}\n", named(std::string(table.object)),
                          named(std::string(table.table)));
  if (table.table == "dashboard") text += fmt::format("      filter: {}\n", quoted(kDashboards));
  if (table.table == "history") {
    text += fmt::format("      partition_column: completed_at\n      filter: {}\n", quoted(kHistoryFilter));
  }
  text += "      columns:\n";
  for (const auto& column : table.columns)
    text += fmt::format("        - {}\n", named(std::string(column.name)));
  if (&table != &users() || job.mask.empty()) return text;
  text += "    transforms:\n";
  for (const auto& [column, method] : job.mask) {
    text += fmt::format("      - mask: {{ column: {}, method: {}{} }}\n", named(column), method,
                        method == "hmac" ? ", key: \"env:lookermaskkey\"" : "");
  }
  return text;
}

std::vector<std::string> decisions_of(const LookerTablesJob& job, const LookerServer& server,
                                      const std::string& first_day) {
  std::vector<std::string> out;
  out.push_back(fmt::format(
      "Objects are written to s3://{}/{}<table>.<day>, as the original's code did; its description named "
      "other keys.",
      job.bucket, job.folder()));
  out.push_back(fmt::format(
      "A day is one of the zone {}, and history has the rows that were completed in it: from its beginning "
      "to before its end. The times of the database are taken for those of {}. The original took the date "
      "of its machine for both.",
      server.zone, server.datetime_zone));
  out.push_back(fmt::format(
      "Days from {} on are due, each once: one that was missed is caught up by the next run. An earlier day "
      "is loaded by weir backfill. Of dashboards, users and their facts there is no past: any day has them "
      "as "
      "they are when it is loaded.",
      first_day));
  out.emplace_back(
      "The four objects of a day are read from one snapshot and published together, or none is.");
  out.emplace_back(
      "Every column is named. A column that the database does not have is an error, and one that it gets "
      "does not come in. history has its own 35 columns only: those of dashboard, which the original "
      "appended under the same names, are in the object dashboard.");
  out.emplace_back(
      "Dashboards are those that history names, compared as text; the original compared numbers, so that "
      "every name of a LookML dashboard counted as 0.");
  out.emplace_back(
      "A row of history whose status is NULL stays; only those with status error are left out. The original "
      "lost it.");
  out.emplace_back(
      "Text is written without quotes: a backslash stands before |, backslashes and line ends, once, and "
      "NULL is \\N, so that it is not taken for empty text. Redshift reads it with DELIMITER '|' ESCAPE NULL "
      "AS '\\N' IGNOREHEADER 1. Whole numbers stay whole beside NULLs.");
  out.emplace_back(
      "A day that is loaded again replaces its objects; whoever loads them must go by their content, as weir "
      "does, and not by their keys. An object that weir did not write is never overwritten.");
  if (job.mask.empty()) {
    out.emplace_back(
        "Names and mail addresses of users are copied as they are. `mask` in the JSON file, or a transform "
        "of "
        "the table user, hides them.");
  } else {
    std::vector<std::string> hidden;
    for (const auto& [column, method] : job.mask) hidden.push_back(fmt::format("{} by {}", column, method));
    out.push_back("Of users is hidden: " + join(hidden) + ".");
  }
  out.push_back(fmt::format(
      "The database is {} on {}, port {}; the original had all three in its code.", server.database,
      server.host.empty() ? "the host that is still to be named" : server.host, server.port));
  out.push_back(fmt::format(
      "{} logs in, with the password in {}. The original's description said pgpass, its "
      "code read lookerpass.",
      server.user.empty() ? "A user who is still to be named" : "The user " + server.user, server.password));
  if (!job.destination.empty())
    out.push_back(fmt::format("destination ({}) has no meaning here, as before.", job.destination));
  return out;
}

std::string weir_yaml(const LookerTablesJob& job, const LookerServer& server) {
  auto text = fmt::format("# Made of {} by `weir migrate`.\nconnections:\n", job.file);
  text += "  # Looker's own database.\n  looker:\n    type: mysql\n";
  text += line("host", server.host, "name of the server");
  text += fmt::format("    port: {}\n", server.port);
  text += line("database", server.database);
  text += line("user", server.user, "who logs in");
  text += line("password", server.password);
  if (!server.tls.empty()) text += line("tls", server.tls);
  return text + "\n" + bucket_yaml("objects", job.bucket);
}

}  // namespace

std::vector<std::string> LookerTablesJob::keys(const std::string& day) const {
  std::vector<std::string> out;
  for (const auto& table : looker_tables())
    out.push_back(fmt::format("{}{}.{}", folder(), table.object, day));
  return out;
}

std::optional<LookerTablesJob> read_looker_tables(std::string_view text, const std::string& file,
                                                  Diagnostics& diagnostics) {
  const auto node = parse_original(text, file, diagnostics);
  if (!node) return std::nullopt;
  const auto errors = diagnostics.error_count();
  auto job =
      tables_job_spec().read(known_part(*node, tables_job_spec().description(), diagnostics), diagnostics);
  job.file = file;
  job.name = pipeline_name(file, "looker");
  for (auto* prefix : {&job.source, &job.destination, &job.directory}) *prefix = without_slashes(*prefix);
  check_texts(*node, {"bucket", "source", "directory"}, diagnostics);
  if (diagnostics.error_count() != errors) return std::nullopt;
  return job;
}

MigratedProject write_project(const LookerTablesJob& job, const LookerServer& server,
                              const std::string& first_day) {
  MigratedProject project;
  project.decisions = decisions_of(job, server, first_day);
  project.weir_yaml = weir_yaml(job, server);
  project.pipeline_path = "pipelines/" + job.name + ".yaml";
  auto text = decisions_text(job.file, project.decisions);
  text += fmt::format("pipeline: {}\npartitions: {{ every: day, timezone: {}, from: {} }}\n\n",
                      named(job.name), quoted(server.zone), first_day);
  text += fmt::format("source:\n  connection: looker\n  datetime_zone: {}\n\ntables:\n",
                      quoted(server.datetime_zone));
  for (const auto& table : looker_tables()) text += table_yaml(table, job);
  text += fmt::format(
      "\ndestination:\n  connection: bucket\n  path: {}\n  write: replace_partition\n  format: csv\n"
      "  csv: {{ delimiter: \"|\", quotes: none, times: sql }}\n"
      "  # A day without rows has an object with a header, as before.\n  without_rows: file\n",
      quoted(job.folder() + "{{ table }}.{{ partition.date }}"));
  project.pipeline_yaml = text + "\nmax_bad_rows: 0\n";
  return project;
}

}  // namespace weir::migrate

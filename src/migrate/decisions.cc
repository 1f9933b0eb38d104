// SPDX-License-Identifier: Apache-2.0
// What was decided where the old file left a choice, in words for its owner.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "migrate/project_text.h"

namespace weir::migrate {
namespace {

using Decisions = std::vector<std::string>;

void add_reading(const OriginalJob& job, Decisions& out) {
  if (job.delim != job.delimiter()) {
    out.push_back(fmt::format(
        "delim says '{}', but the files have commas and the original read commas whatever delim said: "
        "they are read with ','. Change csv.delimiter if yours are others.",
        job.delim));
  } else {
    out.push_back(fmt::format("delim is honoured: fields are separated by '{}'.", job.delim));
  }
  out.push_back(fmt::format(
      "doc is the only rule for names: '{}$' is searched in the whole key. The second rule in the "
      "original's code is gone; whatever fits must be a tar archive, packed or not.",
      job.doc));
  out.emplace_back("Archives are taken in the order of their last change, then of their keys.");
  out.emplace_back(
      "column_count is the number of fields of each row. A row with another number is refused and named; "
      "the original dropped surplus fields silently. The header's text is ignored.");
  out.emplace_back(
      "Every configured file must be in each archive, and no other: an archive that lacks one is bad.");
}

void add_writing(const OriginalJob& job, Decisions& out) {
  if (job.truncate) {
    out.emplace_back(
        "truncate: true becomes `take: newest` with `write: replace`. Only the newest archive is loaded, and "
        "never one that is older than what is loaded; older ones are filed as done.");
    out.emplace_back("A file with a header only makes its archive bad, since it would empty the table.");
  } else {
    out.emplace_back(
        "truncate: false becomes `take: all` with `write: replace_partition`: the rows of each archive are "
        "added, and an archive that is uploaded again with other content replaces the rows that it had "
        "brought. For that each row names its load, in the column _weir_load_id, which is added to the "
        "tables.");
    out.emplace_back("A file with a header only adds no rows, as before; one without a header is bad.");
  }
  out.emplace_back("All tables of an archive are published in one transaction.");
  const bool dotted = std::any_of(job.files.begin(), job.files.end(), [](const OriginalFile& file) {
    return file.dbtable.find('.') != std::string::npos;
  });
  out.push_back(fmt::format("dbtable is {}: the tables are in the schema {}.",
                            dotted ? "written with a schema" : "a bare name and gets the schema in front",
                            job.target_schema()));
}

void add_values(const OriginalJob& job, const TargetTables& tables, Decisions& out) {
  out.emplace_back(
      "Text is read as text: leading zeros, NA, null and - stay what they are. Only an empty field without "
      "quotes is NULL.");
  Decisions typed;
  bool dates = false;
  for (const auto& file : job.files) {
    dates = dates || !file.dates.empty();
    for (const auto& column : file.columns) {
      const auto type = row_type(file.table(), column, tables);
      const bool is_date = std::any_of(file.dates.begin(), file.dates.end(),
                                       [&](const DateFormat& date) { return date.field == column; });
      if (!type.empty() && !is_date) typed.push_back(fmt::format("{}.{} {}", file.table(), column, type));
    }
  }
  if (tables.empty()) {
    out.emplace_back(
        "The database was not asked for the columns of its tables: what is not text there needs a line "
        "under `cast`.");
  }
  if (!typed.empty())
    out.push_back(fmt::format("Types of the {}: {}.",
                              tables.empty() ? "documented tables" : "existing tables", join(typed)));
  if (dates) out.emplace_back("Times are read with their dateformat; of %f the fraction may be missing.");
  const bool derives = std::any_of(job.files.begin(), job.files.end(),
                                   [](const OriginalFile& file) { return file.derives_group(); });
  if (derives) {
    out.emplace_back(
        "user_activity.group_name is what stands in memo between the first ' - ' and the last one, or behind "
        "the only one, so a name may hold ' - '; without a ' - ' it is NULL.");
  }
}

void add_keys(const OriginalJob& job, const Surroundings& around, Decisions& out) {
  out.push_back(fmt::format(
      "Archives are copied to {0}/good/<key> or {0}/bad/<key> of the bucket '{1}', always under their own "
      "key; beside a bad one lies <key>.error.json with the reason.",
      job.destination, job.bucket));
  if (around.kind == WarehouseKind::Postgres) {
    out.emplace_back("PostgreSQL is loaded directly, so there is no batch copy of what was loaded.");
    return;
  }
  out.push_back(fmt::format(
      "What was loaded stays at {}/batch/{}<archive>/<file>.csv. The archive's name is new in it, so "
      "that no archive overwrites another one's.",
      job.destination, job.folder()));
  out.push_back(
      around.copy_role.empty()
          ? "Redshift reads the bucket with the AWS keys, which are kept out of all output; a role in "
            "iam_role would be better."
          : "Redshift reads the bucket with the role " + around.copy_role + ".");
  out.emplace_back("A replaced table keeps its own owner and grants; none are fixed in code any more.");
}

void add_system(const Surroundings& around, Decisions& out) {
  out.push_back(fmt::format("The database is {} on {}, port {}; the original had all three in its code.",
                            around.database.empty() ? "what PGDATABASE says" : around.database,
                            around.host.empty() ? "the host in PGHOST" : around.host, around.port));
  out.push_back(fmt::format("{} logs in, with the password in {}.",
                            around.user.empty() ? "The user in PGUSER" : "The user " + around.user,
                            around.password));
}

}  // namespace

std::vector<std::string> decisions(const OriginalJob& job, const Surroundings& surroundings,
                                   const TargetTables& tables) {
  Decisions out;
  add_reading(job, out);
  add_writing(job, out);
  add_values(job, tables, out);
  add_keys(job, surroundings, out);
  add_system(surroundings, out);
  return out;
}

}  // namespace weir::migrate

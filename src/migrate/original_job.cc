// SPDX-License-Identifier: Apache-2.0
#include "migrate/original_job.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "config/spec.h"
#include "migrate/original_text.h"

namespace weir::migrate {
namespace {

using config::Diagnostics;
using config::Node;

const config::Spec<OriginalFile>& file_spec() {
  static const auto spec =
      config::Spec<OriginalFile>("an entry of files", "One file of each archive.")
          .field("dbtable", &OriginalFile::dbtable, "The table.")
          .required()
          .field("column_count", &OriginalFile::column_count, "How many columns the file has.")
          .required()
          .range(1, 1600)
          .field("columns", &OriginalFile::columns, "Their names, by position.")
          .required()
          .list("dateformat", &OriginalFile::dates, date_spec(), "How times are written.");
  return spec;
}

void check_dates(const OriginalFile& file, const Node& node, Diagnostics& diagnostics) {
  const auto* list = node.find("dateformat");
  std::set<std::string> seen;
  for (std::size_t i = 0; i < file.dates.size(); ++i) {
    const auto& entry = list->items()[i];
    const auto& [field, format] = file.dates[i];
    if (!file.has_column(field)) {
      diagnostics.error(entry.find("field")->at(), fmt::format("'{}' is none of the columns", field),
                        closest(field, file.columns).value_or(""));
    } else if (!seen.insert(field).second) {
      diagnostics.error(entry.find("field")->at(), fmt::format("the column '{}' has two formats", field));
    }
    check_format(*entry.find("format"), format, diagnostics);
  }
}

void check_columns(const OriginalFile& file, const Node& node, Diagnostics& diagnostics) {
  const auto& at = node.find("columns")->at();
  if (static_cast<std::size_t>(file.column_count) != file.columns.size()) {
    diagnostics.error(node.find("column_count")->at(),
                      fmt::format("column_count is {}, but there are {}", file.column_count,
                                  counted(file.columns.size(), "name")));
  }
  std::set<std::string> seen;
  for (const auto& column : file.columns) {
    if (trim(column).empty()) diagnostics.error(at, "a column has no name");
    if (!seen.insert(lower(column)).second) {
      diagnostics.error(at, fmt::format("the column '{}' is named twice", column));
    }
  }
  if (file.derives_group() && !file.has_column("memo")) {
    diagnostics.error(at,
                      "the table user_activity gets group_name out of memo, which is none of the columns");
  }
}

void check_table(const OriginalFile& file, const Node& node, Diagnostics& diagnostics) {
  const auto& name = file.dbtable;
  const auto dot = name.find('.');
  const bool whole = !file.table().empty() && dot != 0 && dot == name.rfind('.');
  if (!whole && (dot != name.npos || name.empty())) {
    diagnostics.error(node.find("dbtable")->at(),
                      fmt::format("'{}' is no table; write its name, or schema.name", name));
  }
}

void read_files(const Node& node, Diagnostics& diagnostics, std::vector<OriginalFile>& files) {
  if (!node.is_mapping() || node.entries().empty()) {
    diagnostics.error(node.at(), fmt::format("files must name at least one file of the archives, but is {}",
                                             node.describe()));
  }
  for (const auto& [stem, key_at, value] : node.entries()) {
    if (stem.empty() || stem.find_first_of("./") != stem.npos) {
      diagnostics.error(key_at, fmt::format("'{}' is no file's name up to its first dot", stem));
    }
    if (!value.is_mapping()) {
      diagnostics.error(value.at(),
                        fmt::format("the file {} needs dbtable, column_count and columns, but is {}", stem,
                                    value.describe()));
      continue;
    }
    const auto errors = diagnostics.error_count();
    auto file = file_spec().read(known_part(value, file_spec().description(), diagnostics), diagnostics);
    file.stem = stem;
    file.at = value.find("dbtable") == nullptr ? value.at() : value.find("dbtable")->at();
    if (diagnostics.error_count() == errors) {
      check_table(file, value, diagnostics);
      check_columns(file, value, diagnostics);
      check_dates(file, value, diagnostics);
    }
    files.push_back(std::move(file));
  }
}

/// What holds for all files together.
void check_files(const OriginalJob& job, const Node& node, Diagnostics& diagnostics) {
  std::set<std::string> tables;
  std::set<std::string> schemas;
  for (const auto& file : job.files) {
    if (file.dbtable.empty()) continue;
    const auto& at = node.find("files")->find(file.stem)->find("dbtable")->at();
    if (!tables.insert(lower(file.table())).second) {
      diagnostics.error(at, fmt::format("the table {} is filled twice", file.table()));
    }
    const auto dot = file.dbtable.find('.');
    schemas.insert(dot == file.dbtable.npos ? job.schema : file.dbtable.substr(0, dot));
    if (schemas.size() == 2) {
      diagnostics.error(at, fmt::format("the tables of one archive must be in one schema, but are in {}",
                                        join(std::vector(schemas.begin(), schemas.end()), " and ")));
      return;
    }
  }
}

/// The options whose value alone says that it is wrong; those that are missing were reported.
void check_values(const OriginalJob& job, const Node& node, Diagnostics& diagnostics) {
  check_texts(node, {"bucket", "source", "destination", "directory", "doc", "schema"}, diagnostics);
  const auto* delim = node.find("delim");
  if (delim != nullptr && delim->is_scalar() && job.delim.size() != 1) {
    diagnostics.error(delim->at(), fmt::format("delim is one byte such as ',', not '{}'", job.delim));
  }
  const RE2 expression(job.doc + "$", RE2::Quiet);
  if (!expression.ok()) {
    diagnostics.error(node.find("doc")->at(),
                      fmt::format("'{}' is no regular expression: {}", job.doc, expression.error()));
  }
  const bool placed = !job.source.empty() && !job.directory.empty() && !job.destination.empty();
  if (placed && (job.destination + "/").starts_with(job.folder())) {
    diagnostics.error(node.find("destination")->at(),
                      fmt::format("what is written below {}/ would be taken for archives, which lie below {}",
                                  job.destination, job.folder()));
  }
}

const config::Spec<OriginalJob>& job_spec() {
  using J = OriginalJob;
  static const auto spec = [] {
    config::Spec<J> made("the file", "A job that loads archives of a bucket.");
    made.field("bucket", &J::bucket, "The bucket.").required();
    made.field("source", &J::source, "Beginning of the keys of input.").required();
    made.field("destination", &J::destination, "Beginning of the keys of what becomes of it.").required();
    made.field("directory", &J::directory, "What follows `source`.").required();
    made.field("doc", &J::doc, "Regular expression of the keys.").required();
    made.field("schema", &J::schema, "The schema of the tables.").required();
    made.field("truncate", &J::truncate, "Whether the tables are replaced.").required();
    made.field("delim", &J::delim, "Between two fields.").required();
    made.custom("files", &J::files, read_files, "The files of an archive.", R"({"type": "object"})")
        .required();
    return made;
  }();
  return spec;
}

}  // namespace

bool OriginalFile::has_column(std::string_view name) const {
  return std::find(columns.begin(), columns.end(), name) != columns.end();
}

std::string OriginalJob::target_schema() const {
  for (const auto& each : files) {
    const auto dot = each.dbtable.find('.');
    if (dot != each.dbtable.npos) return each.dbtable.substr(0, dot);
  }
  return schema;
}

std::string OriginalJob::folder() const { return source + "/" + directory + "/"; }

std::optional<OriginalJob> read_original(std::string_view text, const std::string& file,
                                         Diagnostics& diagnostics) {
  const auto node = parse_original(text, file, diagnostics);
  if (!node) return std::nullopt;
  const auto errors = diagnostics.error_count();
  auto job = job_spec().read(known_part(*node, job_spec().description(), diagnostics), diagnostics);
  job.file = file;
  job.name = pipeline_name(file, "archives");
  for (auto* prefix : {&job.source, &job.destination, &job.directory}) *prefix = without_slashes(*prefix);
  check_values(job, *node, diagnostics);
  check_files(job, *node, diagnostics);
  if (diagnostics.error_count() != errors) return std::nullopt;
  return job;
}

}  // namespace weir::migrate

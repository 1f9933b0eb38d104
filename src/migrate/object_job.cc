// SPDX-License-Identifier: Apache-2.0
#include "migrate/object_job.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/text.h"
#include "config/spec.h"

namespace weir::migrate {
namespace {

using config::Diagnostics;
using config::Node;

/// Names as a list, or as the keys of a mapping.
void read_names(const Node& node, Diagnostics& diagnostics, std::vector<std::string>& names) {
  for (const auto& entry : node.entries()) names.push_back(entry.key);
  for (const auto& item : node.items()) {
    if (!item.is_scalar()) diagnostics.error(item.at(), "a column is named by a text");
    names.push_back(item.text());
  }
  if (node.is_scalar()) diagnostics.error(node.at(), "columns are named in a list, but here is one text");
}

/// A mapping of columns to values; or a list of mappings with the keys `field` and another one.
void read_pairs(const Node& node, Diagnostics& diagnostics,
                std::vector<std::pair<std::string, std::string>>& pairs) {
  for (const auto& [column, at, value] : node.entries()) {
    if (!value.is_scalar() && !value.is_null())
      diagnostics.error(at, fmt::format("the column {} gets one value", column));
    pairs.emplace_back(column, value.text());
  }
  for (const auto& item : node.items()) {
    const auto* field = item.find("field");
    const auto* value = item.find("value");
    if (field == nullptr || value == nullptr) {
      diagnostics.error(item.at(), "each item needs `field` and `value`");
      continue;
    }
    pairs.emplace_back(field->text(), value->text());
  }
  if (node.is_scalar())
    diagnostics.error(node.at(), "columns and their values are needed, but here is a text");
}

void read_limits(const Node& node, Diagnostics& diagnostics,
                 std::vector<std::pair<std::string, std::int64_t>>& limits) {
  std::vector<std::pair<std::string, std::string>> pairs;
  read_pairs(node, diagnostics, pairs);
  for (const auto& [column, text] : pairs) {
    std::int64_t limit = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (error != std::errc() || end != text.data() + text.size() || limit < 1) {
      diagnostics.error(node.at(), fmt::format("the limit of column {} is '{}', which is no number of "
                                               "characters",
                                               column, text));
    }
    limits.emplace_back(column, limit);
  }
}

void read_limit(const Node& node, Diagnostics& diagnostics, std::optional<std::int64_t>& limit) {
  const auto off = node.as_boolean();
  if (node.is_null() || (off && !*off)) return;
  std::int64_t number = 0;
  const auto& text = node.text();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!node.is_scalar() || error != std::errc() || end != text.data() + text.size() || number < 0) {
    diagnostics.error(node.at(),
                      fmt::format("file_limit is a number of objects, but is {}", node.describe()));
  }
  if (number > 0) limit = number;
}

const config::Spec<Replacement>& replacement_spec() {
  static const auto spec = config::Spec<Replacement>("replace", "A text in place of another one.")
                               .field("field", &Replacement::field, "The column.")
                               .required()
                               .field("old", &Replacement::from, "The text that is replaced.")
                               .required()
                               .field("new", &Replacement::to, "What stands in its place.")
                               .required();
  return spec;
}

/// A list of {field, old, new}, or a mapping {column: {old: new}}.
void read_replacements(const Node& node, Diagnostics& diagnostics, std::vector<Replacement>& all) {
  for (const auto& item : node.items()) all.push_back(replacement_spec().read(item, diagnostics));
  for (const auto& [column, at, texts] : node.entries()) {
    if (!texts.is_mapping()) diagnostics.error(at, "the replacements of a column are {old: new}");
    for (const auto& [from, from_at, to] : texts.entries()) all.push_back({column, from, to.text()});
  }
  for (const auto& each : all) {
    if (each.from.empty()) diagnostics.error(node.at(), "the text that is replaced is empty");
  }
}

void add_reading_fields(config::Spec<ObjectJob>& made) {
  using J = ObjectJob;
  made.field("no_header", &J::no_header, "Whether objects begin with a row.");
  made.field("strip_quotes", &J::strip_quotes, "Whether quotes around values are taken away.");
  made.field("encoding", &J::encoding, "Of the objects.");
  made.custom("file_limit", &J::file_limit, read_limit, "Most objects of a run.", R"({})");
  made.list("dateformat", &J::dates, date_spec(), "How times are written.");
  const auto names = [&made](const char* key, std::vector<std::string> ReadAs::*member) {
    made.custom(
        key, &J::read_as,
        [member](const Node& node, Diagnostics& diagnostics, ReadAs& all) {
          read_names(node, diagnostics, all.*member);
        },
        "Columns of this type.", R"({"type": "array"})");
  };
  names("dtype_dic_strings", &ReadAs::strings);
  names("dtype_dic_bools", &ReadAs::booleans);
  names("dtype_dic_ints", &ReadAs::integers);
  names("dtype_dic_floats", &ReadAs::doubles);
}

const config::Spec<ObjectJob>& object_job_spec() {
  using J = ObjectJob;
  static const auto made = [] {
    config::Spec<J> out("the file", "A job that loads objects of a bucket into a table.");
    out.field("bucket", &J::bucket, "The bucket.").required();
    out.field("source", &J::source, "Beginning of the keys of input.").required();
    out.field("destination", &J::destination, "Beginning of the keys of what becomes of it.").required();
    out.field("directory", &J::directory, "What follows `source`.").required();
    out.field("doc", &J::doc, "Regular expression of the keys.").required();
    out.field("schema", &J::schema, "The schema of the table.");
    out.field("dbtable", &J::dbtable, "The table.").required();
    out.field("truncate", &J::truncate, "Whether the table is replaced.").required();
    out.field("delim", &J::delim, "Between two fields.");
    out.field("column_count", &J::column_count, "How many leading columns are read.")
        .required()
        .range(1, 1600);
    out.field("columns", &J::columns, "Their names, by position.").required();
    out.custom("drop_columns", &J::drop_columns, read_names, "Columns that are left out.", R"({})");
    out.custom("add_columns", &J::add_columns, read_pairs, "Columns with one value.", R"({})");
    out.custom("column_string_limit", &J::string_limits, read_limits, "Where text is cut off.", R"({})");
    out.custom("replace", &J::replace, read_replacements, "Texts in place of others.", R"({})");
    add_reading_fields(out);
    return out;
  }();
  return made;
}

/// Where a key stands, or the file begins.
const config::Position& place(const Node& node, std::string_view key) {
  const auto* found = node.find(key);
  return found == nullptr ? node.at() : found->at();
}

void check_columns(const ObjectJob& job, const Node& node, Diagnostics& diagnostics) {
  if (static_cast<std::size_t>(job.column_count) != job.columns.size()) {
    diagnostics.error(place(node, "column_count"),
                      fmt::format("column_count is {}, but there are {}", job.column_count,
                                  counted(job.columns.size(), "name")));
  }
  std::set<std::string> seen;
  for (const auto& column : job.columns) {
    if (trim(column).empty()) diagnostics.error(place(node, "columns"), "a column has no name");
    if (!seen.insert(lower(column)).second)
      diagnostics.error(place(node, "columns"), fmt::format("the column '{}' is named twice", column));
  }
  for (const auto& [column, value] : job.add_columns) {
    if (!seen.insert(lower(column)).second)
      diagnostics.error(place(node, "add_columns"), fmt::format("the column '{}' is there already", column));
  }
}

/// Columns that other keys speak of must be among those that are read.
void check_mentions(const ObjectJob& job, const Node& node, Diagnostics& diagnostics) {
  const auto check = [&](const char* key, const std::string& column) {
    if (std::find(job.columns.begin(), job.columns.end(), column) != job.columns.end()) return;
    diagnostics.error(place(node, key), fmt::format("'{}' is none of the columns", column),
                      closest(column, job.columns).value_or(""));
  };
  for (const auto& column : job.drop_columns) check("drop_columns", column);
  for (const auto& [column, limit] : job.string_limits) check("column_string_limit", column);
  for (const auto& each : job.replace) check("replace", each.field);
  for (const auto& [field, format] : job.dates) {
    check("dateformat", field);
    check_format(*node.find("dateformat"), format, diagnostics);
  }
  std::set<std::string> typed;
  const auto check_types = [&](const char* key, const std::vector<std::string>& columns) {
    for (const auto& column : columns) {
      check(key, column);
      if (!typed.insert(column).second)
        diagnostics.error(place(node, key), fmt::format("the column '{}' has two types", column));
    }
  };
  check_types("dtype_dic_strings", job.read_as.strings);
  check_types("dtype_dic_bools", job.read_as.booleans);
  check_types("dtype_dic_ints", job.read_as.integers);
  check_types("dtype_dic_floats", job.read_as.doubles);
}

void check_values(const ObjectJob& job, const Node& node, Diagnostics& diagnostics) {
  check_texts(node, {"bucket", "source", "destination", "directory", "doc", "dbtable"}, diagnostics);
  const auto dot = job.dbtable.find('.');
  if (dot != job.dbtable.rfind('.') || dot == 0 ||
      (dot != job.dbtable.npos && dot + 1 == job.dbtable.size())) {
    diagnostics.error(place(node, "dbtable"),
                      fmt::format("'{}' is no table; write schema.name, or its name", job.dbtable));
  } else if (!job.dbtable.empty() && dot == job.dbtable.npos && trim(job.schema).empty()) {
    diagnostics.error(place(node, "dbtable"),
                      fmt::format("the schema of '{}' is missing; write schema.{}, or the key schema",
                                  job.dbtable, job.dbtable));
  }
  if (job.delim && job.delim->size() != 1)
    diagnostics.error(place(node, "delim"),
                      fmt::format("delim is one byte such as '|', not '{}'", *job.delim));
  const RE2 expression(job.doc + "$", RE2::Quiet);
  if (!expression.ok()) {
    diagnostics.error(place(node, "doc"),
                      fmt::format("'{}' is no regular expression: {}", job.doc, expression.error()));
  }
  const bool placed = !job.source.empty() && !job.directory.empty() && !job.destination.empty();
  if (placed && (job.destination + "/").starts_with(job.folder())) {
    diagnostics.error(place(node, "destination"),
                      fmt::format("what is written below {}/ would be taken for input, which lies below {}",
                                  job.destination, job.folder()));
  }
}

}  // namespace

std::string ObjectJob::target_schema() const {
  const auto dot = dbtable.find('.');
  return dot == dbtable.npos ? schema : dbtable.substr(0, dot);
}

std::vector<std::string> ObjectJob::loaded_columns() const {
  std::vector<std::string> out;
  for (const auto& column : columns) {
    if (std::find(drop_columns.begin(), drop_columns.end(), column) == drop_columns.end())
      out.push_back(column);
  }
  for (const auto& [column, value] : add_columns) out.push_back(column);
  return out;
}

std::optional<ObjectJob> read_object_job(std::string_view text, const std::string& file,
                                         Diagnostics& diagnostics) {
  const auto node = parse_original(text, file, diagnostics);
  if (!node) return std::nullopt;
  const auto errors = diagnostics.error_count();
  auto job =
      object_job_spec().read(known_part(*node, object_job_spec().description(), diagnostics), diagnostics);
  job.file = file;
  job.name = pipeline_name(file, "objects");
  job.table_at = place(*node, "dbtable");
  for (auto* prefix : {&job.source, &job.destination, &job.directory}) *prefix = without_slashes(*prefix);
  check_values(job, *node, diagnostics);
  check_columns(job, *node, diagnostics);
  check_mentions(job, *node, diagnostics);
  if (diagnostics.error_count() != errors) return std::nullopt;
  return job;
}

}  // namespace weir::migrate

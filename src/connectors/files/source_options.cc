// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/source_options.h"

#include <re2/re2.h>

#include "base/text.h"
#include "model/partition.h"

namespace weir::files {

using formats::ArchiveKind;
using formats::CsvOptions;

namespace {

Result<model::Schema> declared_columns(const config::OrderedTextMap& columns) {
  model::Schema schema;
  for (const auto& [name, type_name] : columns) {
    const auto type = model::type_from_name(type_name);
    if (!type) {
      const auto& known = model::type_names();
      const auto meant = closest(type_name, known);
      return fail(ErrorCode::InvalidConfig, "column {} has the unknown type '{}'; {}use one of {}", name,
                  type_name, meant ? "did you mean '" + *meant + "'? Otherwise " : "", join(known));
    }
    schema.columns.push_back({name, *type});
  }
  return schema;
}

Result<void> check_format(const std::string& format) {
  if (format == "parquet" || formats::find_format(format) != nullptr) return {};
  std::vector<std::string> known;
  for (const auto& each : formats::formats()) known.emplace_back(each.name);
  known.emplace_back("parquet");
  const auto meant = closest(format, known);
  return fail(ErrorCode::InvalidConfig, "unknown format '{}'; {}use one of {}", format,
              meant ? "did you mean '" + *meant + "'? Otherwise " : "", join(known));
}

/// A path that is made of an object's key. It must differ from object to object.
Result<void> check_template(std::string_view option, const std::optional<std::string>& path) {
  if (!path) return {};
  const model::Partition one{"a/one.csv", std::nullopt};
  const model::Partition other{"a/other.csv", std::nullopt};
  if (TRY(model::expand(*path, one)) != TRY(model::expand(*path, other))) return {};
  return fail(ErrorCode::InvalidConfig,
              "`after.{}` is the same for all objects; let it hold {{{{ object.key }}}} or "
              "{{{{ object.name }}}}",
              option);
}

}  // namespace

Result<formats::ReadOptions> read_options(const std::optional<std::string>& format, const CsvOptions& given,
                                          const config::OrderedTextMap& columns) {
  TRY(formats::check_csv_options(given));
  if (format) TRY(check_format(*format));
  auto csv = given;
  // By default a quote is escaped by doubling it, whichever it is.
  const CsvOptions defaults;
  if (csv.escape == defaults.escape && csv.quote != defaults.quote && !csv.quote.empty())
    csv.escape = csv.quote;
  auto schema = TRY(declared_columns(columns));
  if (csv.columns_by == formats::ColumnsBy::Position && schema.size() == 0) {
    return fail(ErrorCode::InvalidConfig,
                "csv option `columns_by: position` needs `columns`, in their order");
  }
  if (csv.columns_by == formats::ColumnsBy::Position && csv.field_count &&
      static_cast<std::size_t>(*csv.field_count) < schema.size()) {
    return fail(ErrorCode::InvalidConfig, "csv option `field_count` is {}, but there are {} `columns`",
                *csv.field_count, schema.size());
  }
  return formats::ReadOptions{std::move(csv), std::move(schema)};
}

Result<void> check_options(const FilesSourceOptions& options) {
  if (options.path.empty()) return fail(ErrorCode::InvalidConfig, "`path` names no file");
  for (const auto& path : options.path) {
    if (trim(path).empty() && !options.match) {
      return fail(ErrorCode::InvalidConfig, "`path` holds an empty path");
    }
  }
  if (options.match) {
    const RE2 expression(*options.match, RE2::Quiet);
    if (!expression.ok()) {
      return fail(ErrorCode::InvalidConfig, "`match` is no regular expression: {}", expression.error());
    }
  }
  if (options.skip) {
    const RE2 expression(*options.skip, RE2::Quiet);
    if (!expression.ok()) {
      return fail(ErrorCode::InvalidConfig, "`skip` is no regular expression: {}", expression.error());
    }
    if (!options.match) return fail(ErrorCode::InvalidConfig, "`skip` goes with `match`");
  }
  if (!options.after) return {};
  if (!options.after->good && !options.after->bad && !options.after->superseded) {
    return fail(ErrorCode::InvalidConfig, "`after` says neither `good` nor `bad`");
  }
  TRY(check_template("good", options.after->good));
  TRY(check_template("bad", options.after->bad));
  return check_template("superseded", options.after->superseded);
}

}  // namespace weir::files

// SPDX-License-Identifier: Apache-2.0
#include "transforms/specs.h"

#include <fmt/format.h>

#include "base/text.h"
#include "model/schema.h"
#include "model/time_zone.h"

namespace weir::transforms {
namespace {

/// How one column is cast when more than its type is said.
const config::Spec<CastColumn>& cast_column_spec() {
  static const auto spec =
      config::Spec<CastColumn>("column", "How a column is cast.")
          .field("type", &CastColumn::type, "Wanted type.")
          .required()
          .shorthand()
          .example("timestamp")
          .field("format", &CastColumn::format,
                 "Form of the values: a pattern such as %d/%m/%Y %H:%M:%S, or epoch_s, epoch_ms, epoch_us, "
                 "duration. A fraction of a second, .%f, may be missing in the values.")
          .example("epoch_ms")
          .field("timezone", &CastColumn::timezone,
                 "Zone of times that name none; UTC when left out. A time that the clock showed twice is the "
                 "first of the two; one that it jumped over is of another form.")
          .example("America/Vancouver")
          .choice("on_error", &CastColumn::on_error,
                  {{"quarantine", OnError::Quarantine}, {"set_null", OnError::Null}},
                  "What happens to a value of another form: its row is quarantined, or it becomes null.");
  return spec;
}

void read_cast(const config::Node& node, config::Diagnostics& diagnostics, std::vector<CastColumn>& columns) {
  if (!node.is_mapping()) {
    diagnostics.error(node.at(), fmt::format("cast takes column: type pairs, but is {}", node.describe()));
  }
  for (const auto& entry : node.entries()) {
    auto column = cast_column_spec().read(entry.value, diagnostics);
    column.column = entry.key;
    if (!column.type.empty() && !model::type_from_name(column.type)) {
      diagnostics.error(
          entry.value.at(),
          fmt::format("there is no type '{}'; the types are {}", column.type, join(model::type_names())),
          closest(column.type, model::type_names()).value_or(""));
    }
    if (const auto zone = model::TimeZone::find(column.timezone); !column.timezone.empty() && !zone.ok()) {
      diagnostics.error(entry.value.find("timezone")->at(), zone.error().message());
    }
    columns.push_back(std::move(column));
  }
}

/// Fields of unpack: a list of names, which are text, or a mapping from name to type.
void read_fields(const config::Node& node, config::Diagnostics& diagnostics,
                 std::vector<std::pair<std::string, std::string>>& fields) {
  for (const auto& item : node.items()) {
    if (item.is_scalar()) {
      fields.emplace_back(item.text(), "text");
    } else {
      diagnostics.error(item.at(), fmt::format("a field's name is expected, not {}", item.describe()));
    }
  }
  for (const auto& entry : node.entries()) {
    if (!entry.value.is_scalar() || !model::type_from_name(entry.value.text())) {
      diagnostics.error(entry.value.at(),
                        fmt::format("field {}: a type is expected, not {}; the types are {}", entry.key,
                                    entry.value.describe(), join(model::type_names())),
                        closest(entry.value.text(), model::type_names()).value_or(""));
    }
    fields.emplace_back(entry.key, entry.value.text());
  }
  if (node.is_scalar()) {
    diagnostics.error(node.at(), "fields must be a list of names, or a mapping from name to type");
  }
}

}  // namespace

const config::Spec<Cast>& cast_spec() {
  static const auto spec =
      config::Spec<Cast>("cast",
                         "Changes the types of columns. Values of another form send their row to quarantine.")
          .custom("columns", &Cast::columns, read_cast,
                  "Column: type, or column: {type, format, timezone, on_error}. Of a time that the clock in "
                  "timezone showed twice it is the first; one that it jumped over is of another form.",
                  R"({"type": "object"})")
          .type_name("type by column")
          .required()
          .whole_value()
          .example("{timestamp: timestamp, seen: {type: timestamp, format: epoch_ms}}");
  return spec;
}

const config::Spec<Unpack>& unpack_spec() {
  static const auto spec =
      config::Spec<Unpack>(
          "unpack",
          "Makes the fields of a JSON object columns of their own. Keys that are not among the "
          "fields are ignored; a key is found whatever its case and underscores.")
          .field("column", &Unpack::column, "Column that holds the object.")
          .required()
          .shorthand()
          .example("http_request")
          .custom(
              "fields", &Unpack::fields, read_fields,
              "Names of the fields, or name: type. When left out they are taken from the first rows of the "
              "input, with names in snake_case.",
              R"({"type": ["array", "object"]})")
          .type_name("names, or type by name")
          .example("{request_url: text, status: integer}")
          .field("prefix", &Unpack::prefix, "Start of the new columns' names.")
          .field("keep", &Unpack::keep, "Whether the object stays as a column.");
  return spec;
}

const config::Spec<Sql>& sql_spec() {
  static const auto spec =
      config::Spec<Sql>("sql", "Runs a SELECT over the rows so far, which it reads as `input` or `rows`.")
          .field("file", &Sql::file, "File of the query, relative to the project.")
          .shorthand()
          .example("sql/request_logs.sql")
          .field("query", &Sql::query, "The query itself.")
          .example("SELECT * FROM rows WHERE status < 400")
          .check([](const Sql& options, const config::Node& node, config::Diagnostics& diagnostics) {
            if (options.file.empty() == options.query.empty()) {
              diagnostics.error(node.at(), "give either a file or a query");
            }
          });
  return spec;
}

}  // namespace weir::transforms

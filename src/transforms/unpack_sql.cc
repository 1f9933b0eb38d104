// SPDX-License-Identifier: Apache-2.0
// unpack: which columns a JSON object gives, from the options or from a sample of the input.
#include <fmt/format.h>

#include <map>

#include "base/text.h"
#include "transforms/compilation.h"
#include "transforms/json_fields.h"

namespace weir::transforms {
namespace {

/// The fields that the options name.
model::Schema declared_fields(Compilation& compilation, const Unpack& verb) {
  model::Schema fields;
  for (const auto& [name, type_name] : verb.fields) {
    const auto type = model::type_from_name(type_name);
    if (!type) {
      compilation.problem(fmt::format("field {}: there is no type '{}'; the types are {}", name, type_name,
                                      join(model::type_names())),
                          closest(type_name, model::type_names()).value_or(""));
    }
    fields.columns.push_back({name, type.value_or(model::Type::Text)});
  }
  return fields;
}

/// The fields that a sample of the column shows, named in snake_case; nothing after reporting.
std::optional<model::Schema> sampled_fields(Compilation& compilation, const Unpack& verb) {
  const auto origin = compilation.origin(verb.column);
  const auto& sample = compilation.context().sample;
  if (!sample || !origin) {
    compilation.problem(
        fmt::format("'{}' is not a column of the input, so its fields cannot be seen "
                    "beforehand; name them in `fields`",
                    verb.column));
    return std::nullopt;
  }
  auto fields = fields_of(sample(*origin));
  if (fields.columns.empty()) {
    compilation.problem(
        fmt::format("the sample of the input has no JSON object in column '{}'; name the "
                    "fields in `fields`",
                    verb.column));
    return std::nullopt;
  }
  return fields;
}

void add_columns(Compilation& compilation, const Unpack& verb, const model::Schema& fields,
                 const std::string& function) {
  auto columns = compilation.columns();
  StarSelect outer;
  outer.exclude("_weir_unpacked").refuse_with(fmt::format("_weir_unpacked.{}", kUnpackError));
  if (!verb.keep) {
    outer.exclude(verb.column);
    std::erase_if(columns.columns, [&](const auto& column) { return column.name == verb.column; });
  }
  for (const auto& field : fields.columns) {
    const auto name = verb.prefix + field.name;
    outer.add(fmt::format("_weir_unpacked.{}", sql_identifier(field.name)), name);
    columns.columns.push_back({name, field.type});
  }
  compilation.check_names(columns);
  StarSelect inner;
  inner.add(fmt::format("{}({})", function, sql_identifier(verb.column)), "_weir_unpacked");
  const auto sql = outer.from(fmt::format("({})", inner.from(compilation.chain().relation())));
  const auto kept = outer.kept(compilation.columns());
  compilation.chain().add(compilation.title(verb.column), sql, std::move(columns), kept);
}

}  // namespace

Result<void> add_step(Compilation& compilation, const Unpack& verb) {
  const auto column = compilation.require(verb.column);
  if (column && column->type != model::Type::Json && column->type != model::Type::Text) {
    compilation.problem(fmt::format("column '{}' is of type {}; a JSON object is expected", column->name,
                                    model::name(column->type)));
  }
  std::optional<model::Schema> fields;
  if (!verb.fields.empty()) {
    fields = declared_fields(compilation, verb);
  } else if (column) {
    fields = sampled_fields(compilation, verb);
  }
  if (!fields || !column) {
    compilation.columns_unknown();
    return {};
  }
  const auto problems = compilation.problem_count();
  compilation.check_names(*fields);
  if (compilation.problem_count() != problems) return {};
  const auto name = function_name("unpack", verb.column, verb.column + '\n' + model::to_string(*fields));
  TRY(compilation.use(unpack_function(name, verb.column, *fields)));
  add_columns(compilation, verb, *fields, name);
  return {};
}

}  // namespace weir::transforms

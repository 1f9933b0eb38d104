// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/text.h"
#include "geocoding/geocoder.h"
#include "transforms/compilation.h"

namespace weir::transforms {
namespace {

class GeocodeFunction final : public Function {
 public:
  GeocodeFunction(std::string function_name, std::shared_ptr<geocoding::Geocoder> geocoder)
      : Function(std::move(function_name), {model::Type::Text}, geocoder->schema()),
        geocoder_(std::move(geocoder)) {}

  bool returns_struct() const override { return true; }
  Result<void> apply(const model::BatchView& arguments, model::Batch& result) const override {
    geocoder_->geocode(arguments.columns[0], arguments.rows, result);
    return {};
  }

 private:
  std::shared_ptr<geocoding::Geocoder> geocoder_;  // the caller keeps it too, for the run's summary
};

std::string name_of(const geocoding::GeocodeOptions& options) {
  std::string text = fmt::format("{}\n{}\n{}\n{}", options.column, options.prefix.value_or("\t"),
                                 join(options.database, "\n"), join(options.fields));
  if (options.ipinfo) text += options.ipinfo->endpoint + options.ipinfo->token.to_string();
  return function_name("geocode", options.column, text);
}

}  // namespace

FunctionPointer geocode_function(std::string name, std::shared_ptr<geocoding::Geocoder> geocoder) {
  return std::make_shared<GeocodeFunction>(std::move(name), std::move(geocoder));
}

Result<void> add_step(Compilation& compilation, const Geocode& verb) {
  const auto& options = verb.options;
  const auto column = compilation.require(options.column);
  if (column && column->type != model::Type::Text) {
    compilation.problem(fmt::format("column '{}' is of type {}; addresses are expected as text", column->name,
                                    model::name(column->type)));
  }
  const auto added = geocoding::geocode_schema(options);
  if (!added.ok()) compilation.problem(added.error().message());
  if (compilation.failed()) {
    // Later transforms may name the columns that would have been added.
    compilation.columns_unknown();
    return {};
  }
  if (!compilation.context().open_geocoder)
    return fail(ErrorCode::Internal, "nothing can open a geocoder here");
  const auto name = name_of(options);
  TRY(compilation.use(geocode_function(name, TRY(compilation.context().open_geocoder(options)))));
  auto columns = compilation.columns();
  StarSelect outer;
  outer.exclude("_weir_location");
  for (const auto& field : added->columns) {
    outer.add(fmt::format("_weir_location.{}", sql_identifier(field.name)), field.name);
    columns.columns.push_back(field);
  }
  compilation.check_names(columns);
  StarSelect inner;
  inner.add(fmt::format("{}({})", name, sql_identifier(options.column)), "_weir_location");
  const auto sql = outer.from(fmt::format("({})", inner.from(compilation.chain().relation())));
  const auto kept = outer.kept(compilation.columns());
  compilation.chain().add(compilation.title(options.column), sql, std::move(columns), kept);
  return {};
}

}  // namespace weir::transforms

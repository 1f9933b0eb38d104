// SPDX-License-Identifier: Apache-2.0
#include "transforms/reading.h"

#include "base/text.h"
#include "model/schema.h"
#include "transforms/specs.h"

namespace weir::transforms {
namespace {

/// Makes the Transform of a verb's options, with the place where they stand.
template <typename Options>
Transform to_transform(Options options, const config::Node& node) {
  return {std::move(options), node.at()};
}

template <typename Rule>
Check to_check(Rule rule, const config::Node& node) {
  return {std::move(rule), node.at()};
}

template <typename T>
std::vector<T> read_list(const config::Variants<T>& variants, const config::Node& list, std::string_view what,
                         config::Diagnostics& diagnostics) {
  std::vector<T> read;
  if (list.is_null()) return read;
  if (!list.is_sequence()) {
    diagnostics.error(list.at(), fmt::format("{} must be a list, but is {}", what, list.describe()));
    return read;
  }
  for (const auto& item : list.items()) {
    if (auto value = variants.read(item, diagnostics)) read.push_back(*std::move(value));
  }
  return read;
}

}  // namespace

const config::Variants<Transform>& transform_variants() {
  static const auto variants =
      config::Variants<Transform>::by_verb("transform", "A step that changes the rows on their way.")
          .add(select_spec(), to_transform<Select>)
          .add(drop_spec(), to_transform<Drop>)
          .add(rename_spec(), to_transform<Rename>)
          .add(snake_case_spec(), to_transform<SnakeCase>)
          .add(cast_spec(), to_transform<Cast>)
          .add(unpack_spec(), to_transform<Unpack>)
          .add(parse_url_spec(), to_transform<ParseUrl>)
          .add(filter_spec(), to_transform<Filter>)
          .add(deduplicate_spec(), to_transform<Deduplicate>)
          .add(mask_spec(), to_transform<Mask>)
          .add(geocoding::geocode_spec(),
               [](geocoding::GeocodeOptions options, const config::Node& node) {
                 return Transform{Geocode{std::move(options)}, node.at()};
               })
          .add(sql_spec(), to_transform<Sql>)
          .add(add_spec(), to_transform<Add>);
  return variants;
}

const config::Variants<Check>& check_variants() {
  static const auto variants =
      config::Variants<Check>::by_verb("check", "A rule that every row must keep; others are quarantined.")
          .add(not_null_spec(), to_check<NotNull>)
          .add(accepted_values_spec(), to_check<AcceptedValues>)
          .add(expression_spec(), to_check<Expression>);
  return variants;
}

const config::Description& transform_descriptions() { return transform_variants().description(); }
const config::Description& check_descriptions() { return check_variants().description(); }

std::vector<Transform> read_transforms(const config::Node& list, config::Diagnostics& diagnostics) {
  return read_list(transform_variants(), list, "transforms", diagnostics);
}

std::vector<Check> read_checks(const config::Node& list, config::Diagnostics& diagnostics) {
  return read_list(check_variants(), list, "checks", diagnostics);
}

void load_queries(std::vector<Transform>& transforms, config::Diagnostics& diagnostics,
                  const std::function<Result<std::string>(const std::string& path)>& read) {
  for (auto& transform : transforms) {
    auto* sql = std::get_if<Sql>(&transform.verb);
    if (sql == nullptr || sql->file.empty() || !sql->query.empty()) continue;
    auto text = read(sql->file);
    if (text.ok()) {
      sql->query = *std::move(text);
    } else {
      diagnostics.error(transform.at, text.error().to_string());
    }
  }
}

}  // namespace weir::transforms

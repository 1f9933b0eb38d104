// SPDX-License-Identifier: Apache-2.0
#include "transforms/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "transforms/compilation.h"

namespace weir::transforms {
namespace {

bool needs_all_rows(const Transform& transform) {
  return std::holds_alternative<Deduplicate>(transform.verb) || std::holds_alternative<Sql>(transform.verb);
}

/// Whether a verb leaves rows alone and does not change, rename or drop a key column.
bool leaves_keys_alone(const Verb& verb, const std::vector<std::string>& key) {
  const auto in_key = [&](const std::string& name) {
    return std::find(key.begin(), key.end(), name) != key.end();
  };
  if (std::holds_alternative<Filter>(verb) || std::holds_alternative<Deduplicate>(verb) ||
      std::holds_alternative<Sql>(verb)) {
    return false;
  }
  if (const auto* rename = std::get_if<Rename>(&verb)) {
    return std::none_of(rename->columns.begin(), rename->columns.end(),
                        [&](const auto& change) { return in_key(change.first); });
  }
  if (const auto* cast = std::get_if<Cast>(&verb)) {
    return std::none_of(cast->columns.begin(), cast->columns.end(),
                        [&](const auto& column) { return in_key(column.column); });
  }
  if (std::holds_alternative<SnakeCase>(verb)) {
    return std::all_of(key.begin(), key.end(), [](const auto& name) { return snake_case(name) == name; });
  }
  if (const auto* mask = std::get_if<Mask>(&verb)) return !in_key(mask->column);
  // The others only add columns, or leave columns out; a key that is left out is the destination's
  // problem to report.
  return true;
}

/// Whether the deduplicate at `index` is over the key that the destination watches over.
bool is_over_its_key(const Deduplicate& verb, const ProgramContext& context) {
  if (!context.destination_resolves_keys) return false;
  const std::set<std::string> wanted(verb.key.begin(), verb.key.end());
  return wanted == std::set<std::string>(context.key.begin(), context.key.end());
}

/// Whether the destination can do what the transform at `index` asks for.
bool can_hand_over(const std::vector<Transform>& transforms, std::size_t index,
                   const ProgramContext& context) {
  const auto& verb = std::get<Deduplicate>(transforms[index].verb);
  if (!is_over_its_key(verb, context) || verb.keep != Keep::First || !verb.order.empty()) return false;
  return std::all_of(transforms.begin() + static_cast<std::ptrdiff_t>(index) + 1, transforms.end(),
                     [&](const Transform& later) { return leaves_keys_alone(later.verb, verb.key); });
}

/// Whether the rows that the deduplicate at `index` leaves reach the destination with their keys.
bool keys_stay(const std::vector<Transform>& transforms, std::size_t index, const ProgramContext& context) {
  const auto& verb = std::get<Deduplicate>(transforms[index].verb);
  if (!is_over_its_key(verb, context)) return false;
  return std::all_of(transforms.begin() + static_cast<std::ptrdiff_t>(index) + 1, transforms.end(),
                     [&](const Transform& later) {
                       return std::holds_alternative<Filter>(later.verb) ||
                              std::holds_alternative<Deduplicate>(later.verb) ||
                              leaves_keys_alone(later.verb, verb.key);
                     });
}

/// Rows of other partitions should not be staged, so the window comes before the first verb that
/// needs all rows when the column is a time by then.
Result<void> window_early(Compilation& compilation) {
  const auto index = compilation.columns().find(compilation.context().partition_column);
  if (!index || !compilation.program().segments.empty()) return {};
  if (compilation.columns().columns[*index].type != model::Type::Timestamp) return {};
  return add_window(compilation);
}

Result<void> add_transforms(Compilation& compilation, const std::vector<Transform>& transforms) {
  for (std::size_t i = 0; i < transforms.size(); ++i) {
    const auto& transform = transforms[i];
    compilation.start(std::string(name(transform.verb)), transform.at);
    if (std::holds_alternative<Deduplicate>(transform.verb) &&
        can_hand_over(transforms, i, compilation.context())) {
      for (const auto& column : std::get<Deduplicate>(transform.verb).key) compilation.require(column);
      compilation.program().skip_known_keys = true;
      compilation.program().notes.emplace_back("deduplicate is done by the destination");
      continue;
    }
    if (std::holds_alternative<Deduplicate>(transform.verb) &&
        keys_stay(transforms, i, compilation.context())) {
      compilation.program().known_keys_are_duplicates = true;
      compilation.program().notes.emplace_back(
          "deduplicate chooses within a partition; a key that another partition stored keeps its row");
    }
    if (needs_all_rows(transform)) {
      TRY(window_early(compilation));
      compilation.start(std::string(name(transform.verb)), transform.at);
    }
    TRY(std::visit([&](const auto& verb) { return add_step(compilation, verb); }, transform.verb));
  }
  return {};
}

}  // namespace

Result<Program> compile(const std::vector<Transform>& transforms, const std::vector<Check>& checks,
                        const ProgramContext& context, engine::Connection& connection) {
  Compilation compilation(context, connection);
  compilation.start("input", {});
  compilation.check_names(context.input);
  TRY(add_transforms(compilation, transforms));
  for (const auto& check : checks) {
    compilation.start(fmt::format("check {}", name(check)), check.at);
    TRY(std::visit([&](const auto& rule) { return add_check(compilation, rule); }, check.rule));
  }
  if (!context.partition_column.empty() && !compilation.windowed) TRY(add_window(compilation));
  TRY(compilation.finish());
  const auto output = compilation.columns();
  compilation.flush_rows();
  auto program = std::move(compilation.program());
  program.output = output;
  return program;
}

}  // namespace weir::transforms

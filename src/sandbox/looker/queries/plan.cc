// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/queries/plan.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "sandbox/looker/queries/conditions.h"

namespace weir::sandbox::looker {
namespace {

std::string view_of(const std::string& field) { return field.substr(0, field.find('.')); }

/// Puts a plan together, problem by problem.
class Planner {
 public:
  Planner(const Query& query, const Explore& explore, const Surroundings& surroundings, Problems& problems)
      : explore_(explore), surroundings_(surroundings), problems_(problems) {
    plan_.query = query;
  }

  SharedPlan make() {
    const std::size_t before = problems_.size();
    read_zone();
    read_limit();
    if (plan_.query.fields.empty()) complain("fields", "No fields were selected.");
    plan_.slots.push_back({view(driving_view())});
    for (const std::string& name : plan_.query.fields) add_output(name, "fields");
    plan_.shown = plan_.outputs.size();
    plan_.is_grouped = !selects_key();
    add_filters();
    if (problems_.size() > before) return nullptr;
    add_sorts();
    if (problems_.size() > before) return nullptr;
    const Slot& driving = plan_.slots.front();
    plan_.begin = driving.view->begin;
    plan_.end = driving.view->end;
    narrow(plan_, ranges_);
    choose_order();
    return std::make_shared<const Plan>(std::move(plan_));
  }

 private:
  void complain(const std::string& field, const std::string& message) {
    problems_.push_back({field, "invalid", message});
  }

  void read_zone() {
    if (plan_.query.timezone.empty()) return;
    auto zone = model::TimeZone::find(plan_.query.timezone);
    if (zone.ok()) {
      plan_.zone = *std::move(zone);
    } else {
      complain("query_timezone", "Unknown time zone " + plan_.query.timezone);
    }
  }

  void read_limit() {
    if (!plan_.query.limit) return;
    const auto limit = parse_limit(*plan_.query.limit);
    if (!limit) complain("limit", "limit must be a whole number above 0, or -1");
    plan_.limit = limit.value_or(plan_.limit);
  }

  SharedView view(const std::string& name) {
    for (const auto& [known, shared] : views_) {
      if (known == name) return shared;
    }
    SharedView shared = surroundings_.tables.view(name, surroundings_.window);
    if (shared != nullptr) views_.emplace_back(name, shared);
    return shared;
  }

  /// The base, or the finest view that is asked for.
  std::string driving_view() const {
    for (const std::string& finer : explore_.finer) {
      const auto is_of = [&finer](const std::string& field) { return view_of(field) == finer; };
      const auto is_filter = [&is_of](const auto& filter) { return is_of(filter.first); };
      if (std::any_of(plan_.query.fields.begin(), plan_.query.fields.end(), is_of) ||
          std::any_of(plan_.query.filters.begin(), plan_.query.filters.end(), is_filter)) {
        return finer;
      }
    }
    return explore_.base;
  }

  /// Where rows of the view come from; nothing when the explore has no way to it.
  std::optional<std::size_t> slot_of(const std::string& name) {
    for (std::size_t i = 0; i < plan_.slots.size(); ++i) {
      if (plan_.slots[i].view->name == name) return i;
    }
    for (const Join& join : explore_.joins) {
      if (join.view != name) continue;
      const auto parent = slot_of(join.parent);
      const SharedView joined = view(name);
      if (!parent || joined == nullptr) continue;
      plan_.slots.push_back({joined, *parent, plan_.slots[*parent].view->column(join.parent_key)});
      return plan_.slots.size() - 1;
    }
    return std::nullopt;
  }

  std::optional<Output> resolve(const std::string& name) {
    const auto slot = slot_of(view_of(name));
    if (!slot) return std::nullopt;
    auto field = find_field(*plan_.slots[*slot].view, name);
    return field ? std::optional(Output{*std::move(field), *slot}) : std::nullopt;
  }

  void add_output(const std::string& name, const std::string& from) {
    auto output = resolve(name);
    if (!output) return complain(from, "Unknown field " + name);
    plan_.outputs.push_back(*std::move(output));
  }

  /// With the key of the driving view no two rows are alike, so Looker need not group them.
  bool selects_key() const {
    bool has_key = false;
    for (const Output& output : plan_.outputs) {
      if (output.field.measure != nullptr) return false;
      has_key =
          has_key || (output.slot == 0 && output.field.column->name == plan_.slots.front().view->primary_key);
    }
    return has_key;
  }

  void add_filters() {
    for (const auto& [name, expression] : plan_.query.filters) {
      auto output = resolve(name);
      if (!output) {
        complain("filters", "Unknown field " + name);
        continue;
      }
      auto made = make_condition(*output, expression, surroundings_.now, plan_.zone);
      if (!made.ok()) {
        complain("filters", name + ": " + made.error().message());
        continue;
      }
      if (made->range) ranges_.push_back({output->slot, output->field.column, *made->range});
      (output->field.measure != nullptr ? plan_.having : plan_.conditions)
          .push_back({*std::move(output), std::move(made->takes)});
    }
  }

  void add_sorts() {
    if (plan_.query.sorts.empty()) return add_default_sort();
    for (const std::string& sort : plan_.query.sorts) {
      if (sort == "__UNSORTED__") return plan_.sorts.clear();
      const std::vector<std::string> words = split(sort, ' ');
      const bool is_descending = words.size() > 1 && lower(words[1]) == "desc";
      const bool is_good = words.size() < 2 || is_descending || lower(words[1]) == "asc";
      if (!is_good) complain("sorts", "'" + sort + "' is no sort");
      if (const auto output = sorting_output(words[0])) plan_.sorts.push_back({*output, is_descending});
    }
  }

  std::optional<std::size_t> sorting_output(const std::string& name) {
    for (std::size_t i = 0; i < plan_.outputs.size(); ++i) {
      if (plan_.outputs[i].field.name == name) return i;
    }
    const std::size_t before = plan_.outputs.size();
    add_output(name, "sorts");
    if (plan_.outputs.size() == before) return std::nullopt;
    if (!plan_.is_grouped) return before;
    complain("sorts", name + " is not among the fields");
    return std::nullopt;
  }

  /// Looker's own choice: the first date, the newest first; else the first measure, the greatest first;
  /// else the first field.
  void add_default_sort() {
    const auto first = [this](auto&& is_it) {
      return static_cast<std::size_t>(std::find_if(plan_.outputs.begin(), plan_.outputs.end(), is_it) -
                                      plan_.outputs.begin());
    };
    const std::size_t date = first([](const Output& output) {
      return output.field.timeframe && info(*output.field.timeframe).sense == Sense::Instant;
    });
    const std::size_t measure = first([](const Output& output) { return output.field.measure != nullptr; });
    const std::size_t chosen = std::min(date, plan_.outputs.size()) < plan_.outputs.size() ? date : measure;
    if (chosen < plan_.outputs.size()) {
      plan_.sorts.push_back({chosen, true});
    } else {
      plan_.sorts.push_back({0, false});
    }
  }

  /// Whether this output never falls from row to row of the driving view.
  bool ascends(const Output& output) const {
    const View& driving = *plan_.slots.front().view;
    if (output.slot != 0 || output.field.column == nullptr) return false;
    if (output.field.column->name == driving.primary_key) return driving.keys_ascend;
    // Elsewhere the wall's clock is set back once a year.
    return output.field.timeframe && output.field.column->name == driving.ascending &&
           info(*output.field.timeframe).sense == Sense::Instant && plan_.zone.name() == "UTC";
  }

  void choose_order() {
    if (plan_.is_grouped) {
      plan_.order = Order::Sorted;
      return;
    }
    plan_.order = plan_.sorts.empty() || !plan_.sorts[0].is_descending ? Order::Rows : Order::ReversedRows;
    for (const SortKey& key : plan_.sorts) {
      const bool fits =
          ascends(plan_.outputs[key.output]) && key.is_descending == plan_.sorts[0].is_descending;
      if (!fits) plan_.order = Order::Sorted;
    }
  }

  const Explore& explore_;
  const Surroundings& surroundings_;
  Problems& problems_;
  Plan plan_;
  std::vector<std::pair<std::string, SharedView>> views_;
  std::vector<TimeRange> ranges_;
};

}  // namespace

SharedPlan make_plan(const Query& query, const Explore& explore, const Surroundings& surroundings,
                     Problems& problems) {
  return Planner(query, explore, surroundings, problems).make();
}

std::optional<std::int64_t> parse_limit(const std::string& text) {
  std::int64_t limit = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, limit);
  const bool is_good = error == std::errc() && rest == end && (limit > 0 || limit == -1);
  return is_good ? std::optional(limit) : std::nullopt;
}

}  // namespace weir::sandbox::looker

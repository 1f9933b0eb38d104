// SPDX-License-Identifier: Apache-2.0
#include "connectors/looker/stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"

namespace weir::looker {
namespace {

using model::Type;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Looker says `number` of counts, ids and fractions alike. Fields that count or name something hold whole
/// numbers; for all others a fraction must not be lost.
bool is_whole(const Field& field) {
  if (field.is_primary_key) return true;
  if (field.value_format.find('.') != std::string::npos) return false;
  const auto name = field.short_name();
  constexpr std::array<std::string_view, 5> kEnds = {"_id", "_count", "_number", "_users", "_runs"};
  if (is_one_of(name, {"id", "count", "tseq", "days_since_last_accessed"})) return true;
  return std::any_of(kEnds.begin(), kEnds.end(), [&](std::string_view end) { return name.ends_with(end); });
}

/// How useful a time frame of a group is: the lowest number is taken.
int coarseness(const Field& field) {
  constexpr std::array<std::string_view, 8> kOrder = {"date_time",        "date_second", "date_microsecond",
                                                      "date_millisecond", "date_minute", "date_hour",
                                                      "date_date",        "date"};
  const auto found = std::find(kOrder.begin(), kOrder.end(), field.type);
  return static_cast<int>(found - kOrder.begin());
}

bool is_time_frame(const Field& field) {
  return field.type.starts_with("date") && !field.dimension_group.empty();
}

std::vector<std::string> discovered_fields(const QueryOptions& options, const Explore& explore) {
  auto views = options.views;
  if (views.empty()) views.push_back(explore.base_view);
  std::vector<const Field*> taken;
  for (const auto& field : explore.fields) {
    const bool wanted = std::find(views.begin(), views.end(), field.view) != views.end();
    if (!wanted || field.category != FieldCategory::Dimension || field.is_hidden || field.has_error) continue;
    if (field.type == "date_raw") continue;
    const auto same = std::find_if(taken.begin(), taken.end(), [&](const Field* other) {
      return is_time_frame(field) && is_time_frame(*other) && other->view == field.view &&
             other->dimension_group == field.dimension_group;
    });
    if (same == taken.end()) {
      taken.push_back(&field);
    } else if (coarseness(field) < coarseness(**same)) {
      *same = &field;
    }
  }
  std::vector<std::string> names;
  for (const auto* field : taken) names.push_back(field->name);
  return names;
}

/// Collects what the explore does not have.
class Names {
 public:
  explicit Names(const Explore& explore) : explore_(explore), known_(explore.names()) {}

  const Field* find(const std::string& name, const char* where) {
    const auto* field = explore_.find(name);
    if (field == nullptr) missing(name, where, known_);
    return field;
  }
  void check_filter(const std::string& name) {
    auto known = known_;
    known.insert(known.end(), explore_.filter_only.begin(), explore_.filter_only.end());
    if (std::find(known.begin(), known.end(), name) == known.end()) missing(name, "filters", known);
  }
  void problem(std::string text) { problems_.push_back(std::move(text)); }

  Result<void> outcome() const {
    if (problems_.empty()) return {};
    return fail(ErrorCode::InvalidConfig, "{}", join(problems_, "; "));
  }

 private:
  void missing(const std::string& name, const char* where, const std::vector<std::string>& known) {
    const auto near = closest(name, known);
    problem(fmt::format("{}: the explore {} has no field '{}'{}", where, explore_.name, name,
                        near ? fmt::format(", did you mean '{}'?", *near) : ""));
  }

  const Explore& explore_;
  std::vector<std::string> known_;
  std::vector<std::string> problems_;
};

/// "history.created_time" of "history.created_time desc".
std::string sorted_field(const std::string& sort) { return sort.substr(0, sort.find(' ')); }

bool is_descending(const std::string& sort) {
  const auto words = split(sort, ' ');
  return std::any_of(words.begin() + 1, words.end(), [](const auto& word) { return lower(word) == "desc"; });
}

std::string column_name(const Field& field, const Explore& explore, ColumnNames names) {
  switch (names) {
    case ColumnNames::Full:
      return field.name;
    case ColumnNames::Label:
      return field.label;
    case ColumnNames::Short:
      break;
  }
  return field.view == explore.base_view ? field.short_name() : field.view + "_" + field.short_name();
}

/// The names of columns differ in more than case, or no destination could keep them apart.
std::string free_name(const std::string& name, const model::Schema& schema) {
  const auto taken = [&](const std::string& wanted) {
    return std::any_of(schema.columns.begin(), schema.columns.end(),
                       [&](const auto& column) { return lower(column.name) == lower(wanted); });
  };
  auto free = name;
  for (int number = 2; taken(free); ++number) free = fmt::format("{}_{}", name, number);
  return free;
}

bool is_time(Type type) { return type == Type::Timestamp || type == Type::Date; }

void check_partition_field(const QueryOptions& options, Names& problems, const Query& query) {
  const auto& name = options.partition_field;
  if (name.empty()) return;
  const auto* field = problems.find(name, "partition_field");
  if (field == nullptr) return;
  if (!is_time(type_of(*field, Values::Typed))) {
    problems.problem(fmt::format("partition_field {} has the type {}, which is no time", name, field->type));
  }
  if (std::find(query.fields.begin(), query.fields.end(), name) == query.fields.end()) {
    problems.problem(fmt::format(
        "partition_field {} must be one of `fields`, so that an answer that is cut can be continued", name));
  }
  const auto& sorts = query.sorts;
  if (!sorts.empty() && sorted_field(sorts.front()) == name && is_descending(sorts.front())) {
    problems.problem(fmt::format("sorts must begin with {} in ascending order", name));
  }
}

/// A unique number by which rows without a time can be paged.
PagingKey number_key(const Explore& explore, const Query& query) {
  std::string key;
  for (const auto& name : query.fields) {
    const auto* field = explore.find(name);
    if (field->category == FieldCategory::Measure) return {};
    const bool numeric = type_of(*field, Values::Typed) == Type::Integer;
    if (field->is_primary_key && field->view == explore.base_view && numeric) key = name;
  }
  const bool sorted_otherwise = !query.sorts.empty() && (sorted_field(query.sorts.front()) != key ||
                                                         is_descending(query.sorts.front()));
  if (key.empty() || sorted_otherwise) return {};
  return {PagingKey::Kind::Number, key};
}

void add_warnings(const Explore& explore, Stream& stream) {
  if (!explore.has_time_zones && !stream.partition_field.empty()) {
    stream.warnings.push_back(fmt::format(
        "the database behind {} does not convert time zones: its times are taken to be UTC", stream.input));
  }
  std::set<std::string> multiplying;
  for (const auto& name : stream.query.fields) {
    const auto& view = explore.find(name)->view;
    if (view != explore.base_view && explore.multiplying.contains(view)) multiplying.insert(view);
  }
  for (const auto& view : multiplying) {
    stream.warnings.push_back(
        fmt::format("{} has several rows of {} for one of {}: rows come once for each of them", stream.input,
                    view, explore.base_view));
  }
}

Type column_type(const QueryOptions& options, const Field& field, Values values) {
  const auto wanted = options.types.find(field.name);
  // The names of types were checked with the options.
  return wanted == options.types.end() ? type_of(field, values) : *model::type_from_name(wanted->second);
}

}  // namespace

Type type_of(const Field& field, Values values) {
  const auto& type = field.type;
  const bool is_number =
      is_one_of(type, {"number", "int", "sum", "average", "min", "max", "median", "sum_distinct",
                       "average_distinct", "count", "count_distinct", "running_total"}) ||
      type.starts_with("percent") || type.starts_with("duration_");
  const bool counts = is_one_of(type, {"int", "count", "count_distinct", "date_year", "date_hour_of_day",
                                       "date_day_of_month", "date_month_num", "date_week_of_year",
                                       "date_day_of_year", "date_fiscal_year", "date_day_of_week_index"}) ||
                      type.starts_with("duration_");
  if (values == Values::AsWritten) return is_number || counts ? Type::Json : Type::Text;
  if (counts || (is_number && is_whole(field))) return Type::Integer;
  if (is_number) return Type::Double;
  if (type == "yesno") return Type::Boolean;
  if (is_one_of(type, {"date_time", "date_second", "date_millisecond", "date_microsecond", "date_minute"}))
    return Type::Timestamp;
  if (is_one_of(type, {"date_date", "date_week", "date"})) return Type::Date;
  return Type::Text;
}

Result<Stream> describe_stream(const QueryOptions& options, const Explore& explore, ColumnNames names,
                               Values values) {
  Stream stream;
  stream.input = explore.model + "." + explore.name;
  auto& query = stream.query;
  query = {options.model, options.explore, options.fields, options.filters, options.sorts, options.limit};
  if (query.fields.empty()) query.fields = discovered_fields(options, explore);
  Names problems(explore);
  if (query.fields.empty()) problems.problem(fmt::format("{} has no dimensions to take", stream.input));
  for (const auto& name : query.fields) {
    const auto* field = problems.find(name, "fields");
    if (field == nullptr) continue;
    stream.schema.columns.push_back({free_name(column_name(*field, explore, names), stream.schema),
                                     column_type(options, *field, values)});
    stream.paths.push_back({name});
  }
  if (!options.read_at.empty()) {
    // Fields have a dot in their names, so no row has this key.
    stream.schema.columns.push_back({free_name(options.read_at, stream.schema), Type::Timestamp});
    stream.paths.push_back({"read_at"});
    stream.has_read_at = true;
  }
  for (const auto& [field, expression] : query.filters) problems.check_filter(field);
  for (const auto& sort : query.sorts) problems.find(sorted_field(sort), "sorts");
  for (const auto& [field, type] : options.types) problems.find(field, "types");
  check_partition_field(options, problems, query);
  TRY(problems.outcome().within("looking at " + stream.input));
  stream.partition_field = options.partition_field;
  stream.key = options.partition_field.empty() ? number_key(explore, query)
                                               : PagingKey{PagingKey::Kind::Time, options.partition_field};
  const bool sorted = !query.sorts.empty() && sorted_field(query.sorts.front()) == stream.key.field;
  if (stream.key.kind != PagingKey::Kind::None && !sorted)
    query.sorts.insert(query.sorts.begin(), stream.key.field);
  add_warnings(explore, stream);
  return stream;
}

}  // namespace weir::looker

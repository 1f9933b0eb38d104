// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/queries/catalogue.h"

namespace weir::sandbox::looker {
namespace {

const std::vector<Join> kUserJoins = {
    {"user_facts", "user", "id"}, {"role", "user", "role_id"}, {"group", "user", "group_id"}};

std::vector<Join> with_users(std::vector<Join> joins, const std::string& base) {
  joins.push_back({"user", base, "user_id"});
  joins.insert(joins.end(), kUserJoins.begin(), kUserJoins.end());
  return joins;
}

std::vector<Explore> system_explores() {
  return {{"history", "History", "history",
           with_users({{"query", "history", "query_id"},
                       {"look", "history", "look_id"},
                       {"dashboard", "history", "dashboard_id_as_number"}},
                      "history")},
          {"content_usage",
           "Content Usage",
           "content_usage",
           {{"dashboard", "content_usage", "dashboard_number"}, {"look", "content_usage", "look_number"}}},
          {"dashboard", "Dashboard", "dashboard", with_users({}, "dashboard")},
          {"look", "Look", "look", with_users({{"query", "look", "query_id"}}, "look")},
          {"user", "User", "user", kUserJoins},
          {"query", "Query", "query", {}},
          {"event",
           "Event",
           "event",
           with_users({{"event", "event_attribute", "event_id"}}, "event"),
           {"event_attribute"},
           1},
          {"event_attribute", "Event Attribute", "event_attribute",
           with_users({{"event", "event_attribute", "event_id"}}, "event")},
          {"scheduled_plan",
           "Scheduled Plan",
           "scheduled_plan",
           with_users({{"scheduled_job", "scheduled_job_stage", "scheduled_job_id"},
                       {"scheduled_plan", "scheduled_job", "scheduled_plan_id"},
                       {"scheduled_plan_destination", "scheduled_plan", "id"}},
                      "scheduled_plan"),
           {"scheduled_job_stage", "scheduled_job"}},
          {"pdt_builds", "PDT Builds", "pdt_builds", {}, {}, 1},
          {"pdt_event_log", "PDT Event Log", "pdt_event_log", {}},
          {"query_metrics",
           "Query Metrics",
           "query_metrics",
           {{"history", "query_metrics", "history_id"}},
           {},
           1},
          {"api_usage", "API Usage", "api_usage", {}, {}, 1},
          {"role", "Role", "role", {}, {}, 1},
          {"group", "Group", "group", {}, {}, 1}};
}

constexpr std::array<std::pair<std::string_view, ViewBuilder>, 21> kViews = {
    {{"user", user_view},
     {"user_facts", user_facts_view},
     {"role", role_view},
     {"group", group_view},
     {"dashboard", dashboard_view},
     {"look", look_view},
     {"query", query_view},
     {"content_usage", content_usage_view},
     {"history", history_view},
     {"query_metrics", query_metrics_view},
     {"event", event_view},
     {"event_attribute", event_attribute_view},
     {"api_usage", api_usage_view},
     {"scheduled_plan", scheduled_plan_view},
     {"scheduled_plan_destination", scheduled_plan_destination_view},
     {"scheduled_job", scheduled_job_view},
     {"scheduled_job_stage", scheduled_job_stage_view},
     {"pdt_builds", pdt_builds_view},
     {"pdt_event_log", pdt_event_log_view},
     {"order_items", order_items_view},
     {"products", products_view}}};

std::string type_of(const Measure& measure) {
  if (measure.factor != 1) return "number";
  constexpr std::array<std::string_view, 6> kTypes = {"count", "count_distinct", "sum", "average", "min",
                                                      "max"};
  return std::string(kTypes.at(static_cast<std::size_t>(measure.kind)));
}

std::string type_of(Type type) {
  switch (type) {
    case Type::Text:
      return "string";
    case Type::Tier:
      return "tier";
    case Type::Flag:
      return "yesno";
    default:
      return "number";
  }
}

Field field_of(const View& view, const std::string& name, const std::string& label, std::string type) {
  return {.name = view.name + "." + name,
          .label = view.label + " " + label,
          .label_short = label,
          .type = std::move(type),
          .view = view.name,
          .view_label = view.label};
}

Field field_of(const View& view, const Column& column) {
  Field field = field_of(view, column.name, column.label, type_of(column.type));
  field.column = &column;
  return field;
}

Field field_of(const View& view, const Measure& measure) {
  Field field = field_of(view, measure.name, measure.label, type_of(measure));
  field.measure = &measure;
  return field;
}

Field field_of(const View& view, const Column& column, const TimeframeInfo& info) {
  Field field = field_of(view, column.name + "_" + std::string(info.name),
                         column.label + " " + std::string(info.label), "date_" + std::string(info.name));
  field.column = &column;
  field.timeframe = info.timeframe;
  return field;
}

bool is_of_time(const Column& column) { return column.type == Type::Time || column.type == Type::Date; }

void add_timeframes(const View& view, const Column& column, std::vector<Field>& fields) {
  for (const TimeframeInfo& info : timeframes()) {
    if (column.type == Type::Date && !info.of_dates) continue;
    fields.push_back(field_of(view, column, info));
  }
}

/// The timeframe of a column that this is the name of, without the view.
const TimeframeInfo* timeframe_named(const Column& column, std::string_view name) {
  if (name.size() <= column.name.size() || name[column.name.size()] != '_' ||
      !name.starts_with(column.name)) {
    return nullptr;
  }
  for (const TimeframeInfo& info : timeframes()) {
    const bool has_it = column.type == Type::Time || info.of_dates;
    if (has_it && info.name == name.substr(column.name.size() + 1)) return &info;
  }
  return nullptr;
}

}  // namespace

const Explore* Model::explore(const std::string& explore_name) const {
  for (const Explore& candidate : explores) {
    if (candidate.name == explore_name) return &candidate;
  }
  return nullptr;
}

std::span<const Model> models() {
  static const std::vector<Model> all = {
      {"system__activity", "System Activity", Listing::Internal, system_explores()},
      {"thelook",
       "The Look",
       Listing::Always,
       {{"order_items", "Order Items", "order_items", {{"products", "order_items", "product_id"}}}}}};
  return all;
}

const Model* find_model(const std::string& name) {
  for (const Model& model : models()) {
    if (model.name == name) return &model;
  }
  return nullptr;
}

bool Field::is_numeric() const {
  if (measure != nullptr) return true;
  if (timeframe) return info(*timeframe).sense == Sense::Number || *timeframe == Timeframe::Year;
  return column->type == Type::Integer || column->type == Type::Number;
}

std::vector<Field> fields_of(const View& view) {
  std::vector<Field> fields;
  for (const Column& column : view.columns) {
    if (is_of_time(column)) {
      add_timeframes(view, column, fields);
    } else {
      fields.push_back(field_of(view, column));
    }
  }
  for (const Measure& measure : view.measures) fields.push_back(field_of(view, measure));
  return fields;
}

std::optional<Field> find_field(const View& view, std::string_view name) {
  if (!name.starts_with(view.name) || name.substr(view.name.size(), 1) != ".") return std::nullopt;
  name.remove_prefix(view.name.size() + 1);
  for (const Column& column : view.columns) {
    if (!is_of_time(column)) {
      if (column.name == name) return field_of(view, column);
    } else if (const TimeframeInfo* info = timeframe_named(column, name)) {
      return field_of(view, column, *info);
    }
  }
  for (const Measure& measure : view.measures) {
    if (measure.name == name) return field_of(view, measure);
  }
  return std::nullopt;
}

/// Cells by column and row, with the texts that they point to.
struct Tables::GivenRows {
  std::vector<std::vector<Value>> cells;
  std::deque<std::string> texts;
  std::map<std::int64_t, Row> by_key;
  Row count = 0;

  Result<Value> read(const Column& column, const nlohmann::json& value);
};

Result<Value> Tables::GivenRows::read(const Column& column, const nlohmann::json& value) {
  if (value.is_null()) return Value{};
  switch (column.type) {
    case Type::Text:
    case Type::Tier:
      if (value.is_string()) return text_value(texts.emplace_back(value.get<std::string>()));
      break;
    case Type::Integer:
      if (value.is_number_integer()) return integer_value(value.get<std::int64_t>());
      break;
    case Type::Number:
      if (value.is_number()) return number_value(value.get<double>());
      break;
    case Type::Flag:
      if (value.is_boolean()) return flag_value(value.get<bool>());
      if (value == "Yes" || value == "No") return flag_value(value == "Yes");
      break;
    case Type::Time:
    case Type::Date:
      if (const auto time = parse_timestamp(value.is_string() ? value.get<std::string>() : "")) {
        return time_value(time->micros);
      }
      break;
  }
  return fail(ErrorCode::InvalidConfig, "{}: {} does not fit its type", column.name, value.dump());
}

SharedView Tables::view(const std::string& name, const Window& window) const {
  for (const auto& [candidate, build] : kViews) {
    if (candidate != name) continue;
    View view = build(world_, window);
    const std::lock_guard lock(mutex_);
    const auto given = given_.find(name);
    if (given == given_.end()) return std::make_shared<View>(std::move(view));
    const auto rows = given->second;
    for (std::size_t i = 0; i < view.columns.size(); ++i) {
      view.columns[i].get = [rows, i](Row row, Scratch&) { return rows->cells[i][row]; };
    }
    view.begin = 0;
    view.end = rows->count;
    view.is_visible = {};
    view.ascending.clear();
    view.keys_ascend = false;
    view.find = [rows](std::int64_t key) {
      const auto found = rows->by_key.find(key);
      return found == rows->by_key.end() ? kNoRow : found->second;
    };
    return std::make_shared<View>(std::move(view));
  }
  return nullptr;
}

Result<void> Tables::replace(const std::string& view, const nlohmann::json& rows) {
  const SharedView shape = this->view(view, Window{});
  if (shape == nullptr) return fail(ErrorCode::InvalidConfig, "there is no view {}", view);
  if (!rows.is_array()) return fail(ErrorCode::InvalidConfig, "rows is no list");
  auto given = std::make_shared<GivenRows>();
  given->cells.resize(shape->columns.size());
  given->count = rows.size();
  for (const nlohmann::json& row : rows) {
    if (!row.is_object()) return fail(ErrorCode::InvalidConfig, "a row is an object");
    std::size_t used = 0;
    for (std::size_t i = 0; i < shape->columns.size(); ++i) {
      const Column& column = shape->columns[i];
      const bool is_time = column.type == Type::Time || column.type == Type::Date;
      const std::string name = column.name + (column.type == Type::Time ? "_time" : is_time ? "_date" : "");
      const auto cell = row.find(name);
      if (cell != row.end()) ++used;
      const Value value = cell == row.end() ? Value{} : TRY(given->read(column, *cell));
      if (column.name == shape->primary_key) given->by_key[value.integer] = given->cells[i].size();
      given->cells[i].push_back(value);
    }
    if (used != row.size()) {
      return fail(ErrorCode::InvalidConfig, "{} has no such column: {}", view, row.dump());
    }
  }
  const std::lock_guard lock(mutex_);
  given_[view] = std::move(given);
  return {};
}

void Tables::restore() {
  const std::lock_guard lock(mutex_);
  given_.clear();
}

}  // namespace weir::sandbox::looker

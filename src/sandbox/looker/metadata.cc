// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/metadata.h"

#include <algorithm>

#include "sandbox/looker/api_error.h"
#include "sandbox/looker/queries/writer.h"

namespace weir::sandbox::looker {
namespace {

using Json = nlohmann::json;

Json json_of(const Model& model) {
  Json explores = Json::array();
  for (const Explore& explore : model.explores) {
    explores.push_back({{"name", explore.name},
                        {"label", explore.label},
                        {"description", Json()},
                        {"group_label", model.label},
                        {"hidden", false},
                        {"can", Json::object()}});
  }
  return {{"name", model.name},
          {"label", model.label},
          {"project_name", model.name},
          {"has_content", true},
          {"explores", explores},
          {"allowed_db_connection_names", Json::array()},
          {"unlimited_db_connections", false},
          {"can", Json::object()}};
}

/// The base first, then what is joined to it or finer than it.
std::vector<std::string> views_of(const Explore& explore) {
  std::vector<std::string> views = {explore.base};
  const auto add = [&views](const std::string& view) {
    if (std::find(views.begin(), views.end(), view) == views.end()) views.push_back(view);
  };
  for (const std::string& finer : explore.finer) add(finer);
  for (const Join& join : explore.joins) add(join.view);
  return views;
}

std::size_t size_in(const Request& request, const std::string& name, std::size_t otherwise) {
  const auto value = request.parameter(name);
  if (!value || value->empty()) return otherwise;
  const auto number = parse_limit(*value);
  return number && *number > 0 ? static_cast<std::size_t>(*number) : *value == "0" ? 0 : otherwise;
}

}  // namespace

Json models_json(const Request& request) {
  const bool with_internal = request.parameter("include_internal").value_or("") == "true";
  std::size_t skip = size_in(request, "offset", 0);
  std::size_t left = size_in(request, "limit", 1000);
  Json list = Json::array();
  for (const Model& model : models()) {
    if (model.listing == Listing::Internal && !with_internal) continue;
    if (skip > 0) {
      --skip;
    } else if (left > 0) {
      --left;
      list.push_back(selected(json_of(model), request.parameter("fields").value_or("")));
    }
  }
  return list;
}

Json model_json(const std::string& name) {
  const Model* model = find_model(name);
  if (model == nullptr) throw not_found();
  return json_of(*model);
}

Json explore_json(const Instance& instance, const std::string& model_name, const std::string& explore_name) {
  const auto [model, explore] = find_explore(model_name, explore_name);
  Json fields = {{"dimensions", Json::array()},
                 {"measures", Json::array()},
                 {"filters", Json::array()},
                 {"parameters", Json::array()}};
  for (const std::string& name : views_of(*explore)) {
    const SharedView view = instance.tables().view(name, instance.window(*model, *explore));
    for (const Field& field : fields_of(*view)) {
      fields[field.measure != nullptr ? "measures" : "dimensions"].push_back(field_json(field, *view));
    }
  }
  Json joins = Json::array();
  for (const Join& join : explore->joins) {
    joins.push_back({{"name", join.view}, {"type", "left_outer"}, {"relationship", "many_to_one"}});
  }
  return {{"id", model->name + "::" + explore->name},
          {"name", explore->name},
          {"label", explore->label},
          {"title", explore->label},
          {"model_name", model->name},
          {"project_name", model->name},
          {"view_name", explore->base},
          {"connection_name", model->listing == Listing::Internal ? "looker" : "warehouse"},
          {"dialect_name", "mysql"},
          {"null_sort_treatment", "low"},
          {"has_timezone_support", true},
          {"hidden", false},
          {"always_filter", Json::array()},
          {"conditionally_filter", Json::array()},
          {"joins", joins},
          {"errors", Json::array()},
          {"can_explain", true},
          {"fields", fields}};
}

Json selected(Json json, const std::string& fields) {
  if (fields.empty() || !json.is_object()) return json;
  Json chosen = Json::object();
  std::string name;
  int depth = 0;
  const auto take = [&] {
    if (json.contains(name)) chosen[name] = json[name];
    name.clear();
  };
  for (const char c : fields) {
    if (c == ')') --depth;
    if (c == ',' && depth == 0) {
      take();
    } else if (depth == 0 && c != '(' && c != ')' && c != ' ') {
      name += c;
    }
    if (c == '(') ++depth;
  }
  take();
  return chosen;
}

}  // namespace weir::sandbox::looker

// SPDX-License-Identifier: Apache-2.0
#include "protocols/looker/explore.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "protocols/looker/api_error.h"
#include "protocols/looker/json_value.h"

namespace weir::looker {
namespace {

using Json = nlohmann::json;

Field field_of_json(const Json& json, FieldCategory category) {
  Field field;
  field.name = text_of(json, "name");
  field.type = text_of(json, "type");
  field.label = text_of(json, "label");
  field.view = text_of(json, "view");
  field.dimension_group = text_of(json, "dimension_group");
  field.value_format = text_of(json, "value_format");
  field.category = category;
  field.is_hidden = flag_of(json, "hidden");
  field.is_primary_key = flag_of(json, "primary_key");
  const auto& error = member_of(json, "error");
  field.has_error = !error.is_null() && !(error.is_string() && error.get_ref<const std::string&>().empty());
  if (field.view.empty()) field.view = field.name.substr(0, field.name.find('.'));
  if (field.label.empty()) field.label = field.name;
  return field;
}

/// What the models of the instance are called, and their explores; empty when it does not say.
struct Names {
  std::vector<std::string> models;
  std::vector<std::string> explores;
};

Names names_of(Session& session, const std::string& model) {
  Names names;
  const auto body =
      session.call({.path = "/lookml_models?include_internal=true&fields=name%2Clabel%2Cexplores"});
  if (!body.ok()) return names;
  for (const auto& each : parse_json(*body)) {
    names.models.push_back(text_of(each, "name"));
    if (names.models.back() != model) continue;
    for (const auto& explore : member_of(each, "explores"))
      names.explores.push_back(text_of(explore, "name"));
  }
  return names;
}

Error no_such_explore(Session& session, const std::string& model, const std::string& explore) {
  const auto names = names_of(session, model);
  const bool has_model = std::find(names.models.begin(), names.models.end(), model) != names.models.end();
  const auto& candidates = has_model ? names.explores : names.models;
  const auto near = closest(has_model ? explore : model, candidates);
  auto known = candidates;
  std::sort(known.begin(), known.end());
  const auto list = known.empty() ? "" : fmt::format("; the account can see {}", join(known));
  const auto what = has_model ? fmt::format("the model {} has no explore '{}'", model, explore)
                              : fmt::format("{} has no model '{}'", session.instance().host(), model);
  return Error(ErrorCode::NotFound,
               fmt::format("{}{}{}", what, near ? fmt::format(", did you mean '{}'?", *near) : "", list));
}

}  // namespace

std::string path_segment(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

const Field* Explore::find(const std::string& field) const {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const Field& each) { return each.name == field; });
  return found == fields.end() ? nullptr : &*found;
}

std::vector<std::string> Explore::names() const {
  std::vector<std::string> all;
  for (const auto& field : fields) all.push_back(field.name);
  return all;
}

Result<Explore> read_explore(Session& session, const std::string& model, const std::string& explore) {
  const auto body = session.call(
      {.path = fmt::format("/lookml_models/{}/explores/{}?fields=id%2Cname%2Clabel%2Cview_name%2C"
                           "has_timezone_support%2Cjoins%2Cfields",
                           path_segment(model), path_segment(explore))});
  if (!body.ok()) {
    if (body.error().code() != ErrorCode::NotFound) return Failure(body.error());
    return Failure(no_such_explore(session, model, explore));
  }
  const auto json = parse_json(*body);
  if (!json.is_object() || !member_of(json, "fields").is_object()) {
    return fail(ErrorCode::DataMismatch, "the description of the explore {} is none: {}", explore,
                describe_foreign(*body));
  }
  Explore made;
  made.model = model;
  made.name = explore;
  made.base_view = text_of(json, "view_name");
  if (made.base_view.empty()) made.base_view = explore;
  const auto& zones = member_of(json, "has_timezone_support");
  made.has_time_zones = !zones.is_boolean() || zones.get<bool>();
  const auto& fields = json["fields"];
  for (const auto& field : member_of(fields, "dimensions"))
    made.fields.push_back(field_of_json(field, FieldCategory::Dimension));
  for (const auto& field : member_of(fields, "measures"))
    made.fields.push_back(field_of_json(field, FieldCategory::Measure));
  for (const auto* kind : {"filters", "parameters"}) {
    for (const auto& field : member_of(fields, kind)) made.filter_only.push_back(text_of(field, "name"));
  }
  for (const auto& join : member_of(json, "joins")) {
    if (text_of(join, "relationship").ends_with("_to_many")) made.multiplying.insert(text_of(join, "name"));
  }
  return made;
}

}  // namespace weir::looker

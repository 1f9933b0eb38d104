// SPDX-License-Identifier: Apache-2.0
#include "app/schema_command.h"

#include "app/builtin_connectors.h"
#include "app/commands.h"
#include "app/json_writer.h"
#include "config/render.h"
#include "transforms/reading.h"

namespace weir::app {
namespace {

using config::Description;
using config::FieldDescription;

/// The option that every source and destination has in front of its connector's own.
FieldDescription connection_field() {
  FieldDescription field;
  field.name = "connection";
  field.doc = "Which connection of weir.yaml.";
  field.kind = config::ValueKind::Text;
  field.required = true;
  return field;
}

Description with_front(const Description& options, std::vector<FieldDescription> front) {
  auto all = options;
  all.fields.insert(all.fields.begin(), front.begin(), front.end());
  return all;
}

std::string any_of(const std::vector<Description>& alternatives) {
  JsonWriter json;
  json.begin_object().key("anyOf").begin_array();
  for (const auto& each : alternatives) json.raw(config::json_schema(each));
  return json.end_array().end_object().result();
}

void write_definitions(JsonWriter& json) {
  Description connection;
  connection.name = "connection";
  connection.summary = "A named system.";
  connection.shape = config::Shape::Selected;
  connection.selector = "type";
  connection.alternatives = connection_descriptions();
  json.key("$defs").begin_object();
  json.key("connection").raw(config::json_schema(connection));
  json.key("source").raw(any_of(source_descriptions()));
  json.key("destination").raw(any_of(destination_descriptions()));
  json.key("transform").raw(config::json_schema(transforms::transform_descriptions()));
  json.key("check").raw(config::json_schema(transforms::check_descriptions()));
  json.key("project").raw(config::json_schema(project::project_description(builtin_connectors())));
  json.key("pipeline").raw(config::json_schema(project::pipeline_description(builtin_connectors())));
  json.end_object();
}

}  // namespace

std::vector<Description> connection_descriptions() {
  std::vector<Description> all;
  for (const auto* connector : builtin_connectors()) all.push_back(connector->connection());
  return all;
}

std::vector<Description> source_descriptions() {
  std::vector<Description> all;
  for (const auto* connector : builtin_connectors()) {
    if (connector->source() != nullptr) all.push_back(with_front(*connector->source(), {connection_field()}));
  }
  return all;
}

std::vector<Description> destination_descriptions() {
  auto front = project::target_description().fields;
  front.insert(front.begin(), connection_field());
  std::vector<Description> all;
  for (const auto* connector : builtin_connectors()) {
    if (connector->destination() != nullptr) all.push_back(with_front(*connector->destination(), front));
  }
  return all;
}

std::string schema_document(const std::string& what) {
  JsonWriter json;
  json.begin_object().key("$schema").text("https://json-schema.org/draft/2020-12/schema");
  json.key("title").text(what.empty()        ? "weir.yaml or a pipeline's file"
                         : what == "project" ? "weir.yaml"
                                             : "A pipeline's file");
  if (what.empty()) {
    json.key("anyOf").begin_array();
    for (const auto* each : {"project", "pipeline"})
      json.begin_object().key("$ref").text(std::string("#/$defs/") + each).end_object();
    json.end_array();
  } else {
    json.key("$ref").text("#/$defs/" + what);
  }
  write_definitions(json);
  return json.end_object().result();
}

ExitCode schema(const SchemaOptions& options, Context& context) {
  context.console.print(schema_document(options.what));
  return ExitCode::Done;
}

Command schema_command() {
  auto options = std::make_shared<SchemaOptions>();
  Command command;
  command.name = "schema";
  command.summary = "Print the JSON Schema of the project's files, for editors.";
  command.details =
      "An editor that knows the schema completes names and marks mistakes while you type. With the YAML "
      "language "
      "server, put this line first into a pipeline's file:\n"
      "# yaml-language-server: $schema=../.weir/pipeline.schema.json";
  command.options = {{"file",
                      "FILE",
                      "Of which file; default: of either.",
                      &options->what,
                      Option::Need::Optional,
                      {"project", "pipeline"}}};
  command.examples = {{"weir schema pipeline > .weir/pipeline.schema.json", "for the files in pipelines/"},
                      {"weir schema | jq '.[\"$defs\"] | keys'", "what it describes"}};
  command.action = [options](Context& context) { return schema(*options, context); };
  return command;
}

}  // namespace weir::app

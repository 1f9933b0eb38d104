// SPDX-License-Identifier: Apache-2.0
#include "project/options.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "base/text.h"
#include "project/partition_options.h"
#include "transforms/reading.h"

namespace weir::project {
namespace {

constexpr std::array kTargetKeys = {"table", "write", "key"};

const config::Spec<Schedule>& schedule_spec() {
  static const auto spec =
      config::Spec<Schedule>("schedule", "When the pipeline runs by itself.")
          .field("cron", &Schedule::cron, "Five cron fields, or @hourly, @daily, @weekly, @monthly.")
          .required()
          .example("\"15 2 * * *\"")
          .shorthand()
          .field("timezone", &Schedule::timezone, "IANA zone in which the cron fields are read.")
          .example("America/Vancouver");
  return spec;
}

const config::Spec<RetentionOptions>& retention_spec() {
  static const auto spec =
      config::Spec<RetentionOptions>("retention", "How long finished runs stay in the history.")
          .field("days", &RetentionOptions::days, "Runs younger than this stay.")
          .range(1, 36500)
          .field("runs", &RetentionOptions::runs, "This many newest runs of each pipeline stay in any case.")
          .range(1, 1e9);
  return spec;
}

void keep_node(const config::Node& node, config::Diagnostics&, config::Node& kept) { kept = node; }

std::string any_of(const Connectors& connectors, const config::Description* (sdk::Connector::*role)() const) {
  std::vector<std::string> types;
  for (const auto* connector : connectors) {
    if ((connector->*role)() != nullptr) types.push_back(connector->connection().name);
  }
  return join(types);
}

void read_connections(const Connectors& connectors, const config::Node& node,
                      config::Diagnostics& diagnostics,
                      std::vector<std::pair<std::string, config::Node>>& connections) {
  if (!node.is_mapping()) {
    diagnostics.error(node.at(),
                      fmt::format("connections must be named mappings, but are {}", node.describe()));
    return;
  }
  std::vector<std::string> types;
  for (const auto* connector : connectors) types.push_back(connector->connection().name);
  for (const auto& entry : node.entries()) {
    const auto* type = entry.value.find("type");
    if (type == nullptr || !type->is_scalar()) {
      diagnostics.error(entry.key_at,
                        fmt::format("the connection '{}' needs a type, one of {}", entry.key, join(types)));
    } else if (std::find(types.begin(), types.end(), type->text()) == types.end()) {
      diagnostics.error(type->at(),
                        fmt::format("unknown type '{}'; it is one of {}", type->text(), join(types)),
                        closest(type->text(), types).value_or(""));
    }
    connections.emplace_back(entry.key, entry.value);
  }
}

}  // namespace

void read_bad_row_limit(const config::Node& node, config::Diagnostics& diagnostics,
                        execution::BadRowLimit& limit) {
  auto text = trim(node.text());
  const bool percent = text.ends_with('%');
  if (percent) text = trim(text.substr(0, text.size() - 1));
  constexpr double kMost = 1e15;  // of rows; up to there a double holds every whole number
  double value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool number = node.is_scalar() && error == std::errc() && end == text.data() + text.size() &&
                      value >= 0 && value <= kMost;
  if (!number || (percent && value > 100) ||
      (!percent && value != static_cast<double>(static_cast<std::uint64_t>(value)))) {
    diagnostics.error(node.at(),
                      fmt::format("max_bad_rows is a number of rows or a percentage such as 1 %, but is {}",
                                  node.describe()));
  } else if (percent) {
    limit = {std::nullopt, value};
  } else {
    limit = {static_cast<std::uint64_t>(value), std::nullopt};
  }
}

const config::Spec<TargetOptions>& target_spec() {
  static const auto spec =
      config::Spec<TargetOptions>("destination", "The table that receives the rows.")
          .field("table", &TargetOptions::table, "Name of the table; it is created when it is missing.")
          .required()
          .example("datasette_request_logs")
          .choice("write", &TargetOptions::write,
                  {{"append", model::WriteMode::Append},
                   {"replace", model::WriteMode::Replace},
                   {"merge", model::WriteMode::Merge},
                   {"replace_partition", model::WriteMode::ReplacePartition}},
                  "append adds the rows; replace leaves only them in the table; merge replaces rows of the "
                  "same key; replace_partition replaces the rows of the partition.")
          .field("key", &TargetOptions::key, "Columns that identify a row.")
          .example("[insert_id]")
          .check(
              [](const TargetOptions& options, const config::Node& node, config::Diagnostics& diagnostics) {
                if (options.write == model::WriteMode::Merge && options.key.empty()) {
                  diagnostics.error(node.at(), "write: merge needs a key, the columns that identify a row");
                }
              });
  return spec;
}

config::Node target_node(const config::Node& destination) {
  std::vector<config::Node::Entry> entries;
  for (const auto& entry : destination.entries()) {
    if (std::find(kTargetKeys.begin(), kTargetKeys.end(), entry.key) != kTargetKeys.end())
      entries.push_back(entry);
  }
  return config::Node::mapping(destination.at(), std::move(entries));
}

config::Node target_node(const config::Node& destination, const config::Node& table) {
  auto own = target_node(table);
  auto entries = own.entries();
  const auto common = target_node(destination);
  for (const auto& entry : common.entries()) {
    if (own.find(entry.key) == nullptr) entries.push_back(entry);
  }
  return config::Node::mapping(table.at(), {entries.begin(), entries.end()});
}

config::Node connector_node(const config::Node& destination) {
  auto rest = destination;
  for (const auto* key : kTargetKeys) rest = rest.without(key);
  return rest;
}

const config::Spec<ProjectOptions>& project_spec(const Connectors& connectors) {
  static const auto spec =
      config::Spec<ProjectOptions>("weir.yaml", "The project: named systems and defaults for all pipelines.")
          .custom(
              "connections", &ProjectOptions::connections,
              [connectors](const config::Node& node, config::Diagnostics& diagnostics,
                           std::vector<std::pair<std::string, config::Node>>& connections) {
                read_connections(connectors, node, diagnostics, connections);
              },
              "The systems that pipelines read and write, by name. Each has a type and its options.",
              R"({"type": "object", "additionalProperties": {"$ref": "#/$defs/connection"}})")
          .type_name("named connections")
          .required()
          .example("{warehouse: {type: sqlite, path: usage.db}}")
          .field("memory", &ProjectOptions::memory, "Most memory that a run may take, engine included.")
          .object("retention", &ProjectOptions::retention, retention_spec(), "How much history is kept.");
  return spec;
}

namespace {

const config::Spec<TableOptions>& table_spec() {
  static const auto spec =
      config::Spec<TableOptions>("tables", "One table of a pipeline that fills several.")
          .field("table", &TableOptions::table, "Name of the table; it is created when it is missing.")
          .required()
          .example("user_group")
          .custom("source", &TableOptions::source, keep_node,
                  "What of the source goes into this table: the options that the source has for each table.",
                  R"({"type": "object"})")
          .type_name("options of the source")
          .example("{entry: \"analytics_user_group.*\"}")
          .custom("transforms", &TableOptions::transforms, keep_node, "What happens to its rows, in order.",
                  R"({"type": "array", "items": {"$ref": "#/$defs/transform"}})")
          .type_name("list of transforms")
          .custom("checks", &TableOptions::checks, keep_node, "What must hold for its rows.",
                  R"({"type": "array", "items": {"$ref": "#/$defs/check"}})")
          .type_name("list of checks")
          .choice("write", &TableOptions::write,
                  {{"append", model::WriteMode::Append},
                   {"replace", model::WriteMode::Replace},
                   {"merge", model::WriteMode::Merge},
                   {"replace_partition", model::WriteMode::ReplacePartition}},
                  "Instead of what the destination says.")
          .field("key", &TableOptions::key, "Columns that identify a row, instead of the destination's.");
  return spec;
}

}  // namespace

const config::Spec<PipelineOptions>& pipeline_spec(const Connectors& connectors) {
  static const auto spec =
      config::Spec<PipelineOptions>(
          "pipeline", "One source, ordered transforms, one table or several, cut into partitions.")
          .field("pipeline", &PipelineOptions::pipeline, "Name, unique in the project.")
          .required()
          .example("request_logs")
          .field("description", &PipelineOptions::description, "What it is for, in a sentence.")
          .object("partitions", &PipelineOptions::partitions, partition_spec(), "How the work is cut.")
          .custom("source", &PipelineOptions::source, keep_node,
                  fmt::format(
                      "Where rows come from: a connection of a type that can be read ({}) and its options.",
                      any_of(connectors, &sdk::Connector::source)),
                  R"({"$ref": "#/$defs/source"})")
          .type_name("source")
          .required()
          .example("{connection: logs, path: \"{{ partition.date }}.jsonl\"}")
          .custom("transforms", &PipelineOptions::transforms, keep_node,
                  "What happens to the rows, in order.",
                  R"({"type": "array", "items": {"$ref": "#/$defs/transform"}})")
          .type_name("list of transforms")
          .example("[{snake_case: columns}]")
          .custom("checks", &PipelineOptions::checks, keep_node,
                  "What must hold for a row; rows for which it does not go to quarantine.",
                  R"({"type": "array", "items": {"$ref": "#/$defs/check"}})")
          .type_name("list of checks")
          .example("[{not_null: [insert_id]}]")
          .list(
              "tables", &PipelineOptions::tables, table_spec(),
              "The tables of a pipeline that fills several, each with its own transforms. They are published "
              "together. Without it the destination names the only one.")
          .custom("destination", &PipelineOptions::destination, keep_node,
                  fmt::format(
                      "Where rows go: a connection of a type that can be written ({}), the table and how.",
                      any_of(connectors, &sdk::Connector::destination)),
                  R"({"$ref": "#/$defs/destination"})")
          .type_name("destination")
          .required()
          .example("{connection: warehouse, table: requests, write: replace_partition}")
          .object("schedule", &PipelineOptions::schedule, schedule_spec(), "When it runs by itself.")
          .custom(
              "max_bad_rows", &PipelineOptions::max_bad_rows, read_bad_row_limit,
              "How many rows of a table, or what share of them, may go to quarantine before the run fails "
              "with "
              "nothing published. Without it there is no limit.",
              R"({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9.]+ ?%$"}]})")
          .type_name("number or percentage")
          .example("1 %");
  return spec;
}

config::Description project_description(const Connectors& connectors) {
  return project_spec(connectors).description();
}

config::Description pipeline_description(const Connectors& connectors) {
  return pipeline_spec(connectors).description();
}

config::Description target_description() { return target_spec().description(); }

}  // namespace weir::project

// SPDX-License-Identifier: Apache-2.0
#include "project/project.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/text.h"
#include "config/spec.h"
#include "execution/fingerprint.h"
#include "model/cron.h"
#include "model/time_zone.h"
#include "project/options.h"
#include "transforms/reading.h"

namespace weir::project {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<fs::path> pipeline_paths(const std::string& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator at(fs::path(folder) / "pipelines", error), end; !error && at != end;
       at.increment(error)) {
    const auto extension = at->path().extension();
    if (extension == ".yaml" || extension == ".yml") paths.push_back(at->path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Whether there is a mapping to read. What is wrong with a file that has none is said once, not for each
/// key that it lacks.
bool is_filled(const config::Node& node, std::string_view first_line, config::Diagnostics& diagnostics) {
  if (node.is_mapping()) return true;
  if (node.is_null()) {
    diagnostics.error(node.at(), fmt::format("the file is empty; it begins with `{}`, and `weir init` makes "
                                             "one to start from",
                                             first_line));
  } else {
    diagnostics.error(node.at(), fmt::format("the file must hold keys with values, as `{}`, but holds {}",
                                             first_line, node.describe()));
  }
  return false;
}

/// Whether a part stands in the file. One that does not has no place, and was missed when it was read.
bool is_given(const config::Node& part) { return part.at().line > 0; }

/// Everything of a pipeline's file that can change its rows.
std::string definition_of(const PipelineFile& file, const std::vector<execution::Table>& tables) {
  auto node = file.node;
  for (const auto* key : {"description", "schedule", "max_bad_rows", "partitions"}) node = node.without(key);
  auto text = config::to_json(node);
  for (const auto& table : tables) {
    for (const auto& transform : table.transforms) {
      if (const auto* sql = std::get_if<transforms::Sql>(&transform.verb)) text += sql->query;
    }
  }
  return execution::hash_text(text).substr(0, 12);
}

void check_schedule(const PipelineFile& file, config::Diagnostics& diagnostics) {
  if (!file.options.schedule) return;
  const auto at = file.node.find("schedule")->at();
  const auto cron = model::Cron::parse(file.options.schedule->cron);
  if (!cron.ok()) diagnostics.error(at, cron.error().message());
  const auto zone = model::TimeZone::find(file.options.schedule->timezone);
  if (!zone.ok()) diagnostics.error(at, zone.error().message());
}

}  // namespace

namespace {

/// Keys of a destination that neither the target nor the connector knows; both are looked at for what
/// was meant.
void report_unknown_keys(const config::Node& node, const config::Description& offered,
                         config::Diagnostics& diagnostics) {
  auto known = target_spec().description().field_names();
  for (auto& name : offered.field_names()) known.push_back(std::move(name));
  for (const auto& entry : node.entries()) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    diagnostics.add({config::Severity::Error, entry.key_at,
                     fmt::format("unknown key '{}'; a destination of this type has: connection, {}",
                                 entry.key, join(known)),
                     closest(entry.key, known).value_or(""), config::Excerpt::KeyOnly});
  }
}

config::Node known_part(const config::Node& node, const config::Description& offered) {
  std::vector<config::Node::Entry> entries;
  for (const auto& entry : node.entries()) {
    if (offered.find(entry.key) != nullptr) entries.push_back(entry);
  }
  return config::Node::mapping(node.at(), std::move(entries));
}

}  // namespace

/// One side of a pipeline: its connector and the mappings that configure it.
struct Project::Part {
  const sdk::Connector* connector;
  sdk::ConnectorNodes nodes;
};

std::optional<std::string> find_project(const std::string& start) {
  std::error_code error;
  for (auto folder = fs::absolute(start, error); !error; folder = folder.parent_path()) {
    if (fs::exists(folder / "weir.yaml", error)) return folder.string();
    if (folder == folder.parent_path()) break;
  }
  return std::nullopt;
}

std::optional<Project> Project::load(const std::string& folder, const Connectors& connectors,
                                     config::Diagnostics& diagnostics) {
  Project project;
  project.folder_ = folder;
  project.connectors_ = connectors;
  const auto text = read_file(fs::path(folder) / "weir.yaml");
  if (!text) {
    diagnostics.error({folder + "/weir.yaml", 0, 0}, "cannot be read; a project is a folder with this file");
    return std::nullopt;
  }
  const auto root = config::parse_yaml(*text, "weir.yaml", diagnostics);
  if (root && is_filled(*root, "connections:", diagnostics)) {
    project.options_ = project_spec(connectors).read(*root, diagnostics);
  }
  std::set<std::string> names;
  for (const auto& path : pipeline_paths(folder)) {
    const auto name = fs::relative(path, folder).string();
    const auto content = read_file(path);
    if (!content) {
      diagnostics.error({name, 0, 0}, "cannot be read");
      continue;
    }
    const auto node = config::parse_yaml(*content, name, diagnostics);
    if (!node || !is_filled(*node, "pipeline: NAME", diagnostics)) continue;
    PipelineFile file{name, *node, pipeline_spec(connectors).read(*node, diagnostics)};
    check_schedule(file, diagnostics);
    if (!file.options.pipeline.empty() && !names.insert(file.options.pipeline).second) {
      diagnostics.error(node->at(), fmt::format("the pipeline '{}' is defined twice", file.options.pipeline));
    }
    project.pipelines_.push_back(std::move(file));
  }
  return project;
}

Result<const PipelineFile*> Project::find(const std::string& pipeline) const {
  std::vector<std::string> names;
  for (const auto& file : pipelines_) {
    if (file.options.pipeline == pipeline) return &file;
    names.push_back(file.options.pipeline);
  }
  const auto near = closest(pipeline, names);
  return fail(ErrorCode::InvalidConfig, "there is no pipeline '{}'{}; this project has: {}", pipeline,
              near ? fmt::format(" (did you mean '{}'?)", *near) : "", names.empty() ? "none" : join(names));
}

std::optional<Project::Part> Project::part(const config::Node& node, std::string_view role,
                                           config::Diagnostics& diagnostics) const {
  if (!is_given(node)) return std::nullopt;
  const auto* name = node.find("connection");
  if (!node.is_mapping() || name == nullptr || !name->is_scalar()) {
    diagnostics.error(node.at(), fmt::format("the {} needs a connection, one of weir.yaml", role));
    return std::nullopt;
  }
  std::vector<std::string> known;
  for (const auto& [connection, options] : options_.connections) {
    known.push_back(connection);
    if (connection != name->text()) continue;
    const auto* type = options.find("type");
    for (const auto* connector : connectors_) {
      if (type == nullptr || connector->connection().name != type->text()) continue;
      const auto* offered = role == "source" ? connector->source() : connector->destination();
      if (offered == nullptr) {
        diagnostics.error(name->at(), fmt::format("{} cannot be a {}", type->text(), role));
        return std::nullopt;
      }
      return Part{connector, {options.without("type"), node.without("connection")}};
    }
    return std::nullopt;  // reported with weir.yaml
  }
  if (known.empty() && !diagnostics.ok()) return std::nullopt;  // weir.yaml itself is wrong
  diagnostics.error(name->at(),
                    fmt::format("weir.yaml has no connection '{}'; it has: {}", name->text(),
                                known.empty() ? "none" : join(known)),
                    closest(name->text(), known).value_or(""));
  return std::nullopt;
}

/// What happens to the rows of each table, and where they go.
void Project::make_tables(const PipelineFile& file, execution::Pipeline& pipeline,
                          config::Diagnostics& diagnostics) const {
  const auto add = [&](const config::Node& target, const config::Node& transforms,
                       const config::Node& checks) {
    execution::Table table;
    if (is_given(file.options.destination)) {
      const auto options = target_spec().read(target, diagnostics);
      table.target = {options.table, options.write, options.key};
    }
    table.transforms = transforms::read_transforms(transforms, diagnostics);
    transforms::load_queries(
        table.transforms, diagnostics, [this](const std::string& path) -> Result<std::string> {
          if (auto text = read_file(fs::path(folder_) / path)) return *std::move(text);
          return fail(ErrorCode::NotFound, "{} cannot be read; the path starts at the project folder", path);
        });
    table.checks = transforms::read_checks(checks, diagnostics);
    if (pipeline.find_table(table.target.table) && !table.target.table.empty())
      diagnostics.error(target.at(), fmt::format("the table '{}' is filled twice", table.target.table));
    pipeline.tables.push_back(std::move(table));
  };
  const auto& options = file.options;
  if (options.tables.empty()) {
    add(target_node(options.destination), options.transforms, options.checks);
    return;
  }
  for (const auto* key : {"transforms", "checks"}) {
    if (const auto* found = file.node.find(key))
      diagnostics.error(found->at(), fmt::format("with `tables`, each table has its own {}", key));
  }
  if (const auto* table = options.destination.find("table"))
    diagnostics.error(table->at(), "with `tables`, the destination names no table");
  const auto& nodes = file.node.find("tables")->items();
  for (std::size_t i = 0; i < options.tables.size(); ++i) {
    const auto& table = options.tables[i];
    add(target_node(options.destination.without("table"), nodes[i]), table.transforms, table.checks);
  }
}

Result<void> Project::make_parts(const PipelineFile& file, const sdk::ConnectorContext& context,
                                 execution::Pipeline& pipeline, config::Diagnostics& diagnostics) const {
  const auto find_connection = [this](const std::string& name) -> std::optional<config::Node> {
    for (const auto& [connection, options] : options_.connections) {
      if (connection == name) return options;
    }
    return std::nullopt;
  };
  const auto* from = file.options.source.find("connection");
  if (from != nullptr) pipeline.source_name = from->text();
  const auto* to = file.options.destination.find("connection");
  if (to != nullptr) pipeline.destination_name = to->text();
  if (auto source = part(file.options.source, "source", diagnostics)) {
    source->nodes.find_connection = find_connection;
    for (const auto& table : file.options.tables) {
      source->nodes.tables.push_back(table.source.is_null() ? config::Node::mapping(file.node.at(), {})
                                                            : table.source);
    }
    if (file.options.tables.empty() || source->connector->source_table() != nullptr) {
      pipeline.source = TRY(source->connector->make_source(context, source->nodes, diagnostics)
                                .within("pipeline " + pipeline.name));
    } else {
      diagnostics.error(file.node.find("tables")->at(), "this source fills only one table");
    }
  }
  if (auto destination = part(file.options.destination, "destination", diagnostics)) {
    destination->nodes.find_connection = find_connection;
    report_unknown_keys(destination->nodes.options, *destination->connector->destination(), diagnostics);
    destination->nodes.options =
        known_part(connector_node(destination->nodes.options), *destination->connector->destination());
    pipeline.destination =
        TRY(destination->connector->make_destination(context, destination->nodes, diagnostics)
                .within("pipeline " + pipeline.name));
  }
  return {};
}

namespace {

/// Rows that are read twice must be known by a key, or they would be there twice.
void check_overlap(const PipelineFile& file, const model::CursorRule& cursor, const execution::Target& target,
                   config::Diagnostics& diagnostics) {
  if (cursor.overlap == 0 || target.write == model::WriteMode::Merge) return;
  diagnostics.error(file.options.destination.at(),
                    fmt::format("`partitions.overlap` reads rows a second time, so table {} needs `write: "
                                "merge` and a key by which they are known",
                                target.table));
}

void check_write_modes(const PipelineFile& file, const execution::Pipeline& pipeline,
                       config::Diagnostics& diagnostics) {
  const auto& modes = pipeline.destination->capabilities().write_modes;
  const auto& rule = pipeline.partitions;
  const bool one_partition =
      rule.every == model::Every::None ||
      (rule.every == model::Every::Object && rule.take == execution::PartitionRule::Take::Newest);
  for (const auto& table : pipeline.tables) {
    if (std::find(modes.begin(), modes.end(), table.target.write) == modes.end()) {
      diagnostics.error(
          file.options.destination.at(),
          fmt::format("this destination cannot write in the mode {}", model::name(table.target.write)));
      return;
    }
    if (table.target.write == model::WriteMode::Replace && !one_partition) {
      diagnostics.error(
          file.options.destination.at(),
          "write: replace would leave the rows of the last partition only; use replace_partition, or load "
          "everything as one with `partitions: none`, or of objects the newest with `take: newest`");
      return;
    }
    if (rule.every == model::Every::Cursor) check_overlap(file, rule.cursor, table.target, diagnostics);
  }
}

}  // namespace

Result<std::optional<execution::Pipeline>> Project::make(const PipelineFile& file,
                                                         const sdk::ConnectorContext& context,
                                                         config::Diagnostics& diagnostics) const {
  const auto errors = diagnostics.error_count();
  execution::Pipeline pipeline;
  pipeline.name = file.options.pipeline;
  pipeline.description = file.options.description;
  pipeline.max_bad_rows = file.options.max_bad_rows;
  pipeline.memory_bytes = options_.memory.bytes;
  pipeline.partitions = rule_of(file.options.partitions);
  make_tables(file, pipeline, diagnostics);
  pipeline.definition = definition_of(file, pipeline.tables);
  TRY(make_parts(file, context, pipeline, diagnostics));
  if (diagnostics.error_count() == errors && pipeline.source != nullptr && pipeline.destination != nullptr)
    check_write_modes(file, pipeline, diagnostics);
  if (diagnostics.error_count() != errors || pipeline.source == nullptr || pipeline.destination == nullptr)
    return std::optional<execution::Pipeline>();
  return std::optional(std::move(pipeline));
}

}  // namespace weir::project

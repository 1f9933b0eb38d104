// SPDX-License-Identifier: Apache-2.0
#include "app/check_command.h"

#include <algorithm>
#include <functional>
#include <map>

#include "app/command_parts.h"
#include "app/commands.h"
#include "app/json_writer.h"
#include "app/partition_plan.h"
#include "app/retention.h"
#include "app/terminal/text_width.h"
#include "app/workspace.h"
#include "base/text.h"

namespace weir::app {
namespace {

using terminal::Tone;

/// Below the first word of a finding's message.
constexpr std::string_view kIndent = "                 ";

struct Finding {
  std::string name;
  enum class Verdict { Good, Unknown, Bad } verdict;
  std::string message;
};

struct PipelineFindings {
  std::string pipeline;
  std::vector<Finding> findings;
};

Finding judge(std::string name, const Result<void>& result, std::string good) {
  if (result.ok()) return {std::move(name), Finding::Verdict::Good, std::move(good)};
  return {std::move(name), Finding::Verdict::Bad, result.error().to_string()};
}

/// Compiles the transforms for the newest input, which decides the columns they start from.
Result<Finding> check_transforms(Workspace& workspace, const execution::Pipeline& pipeline) {
  const auto partitions = TRY(partitions_in(pipeline, {}, workspace.context().clock.now()));
  const auto partition = TRY(newest_with_input(pipeline, partitions));
  if (!partition) {
    return Finding{"transforms", Finding::Verdict::Unknown,
                   "cannot be compiled yet: no partition has input, so the columns are not known"};
  }
  auto* state = TRY(workspace.state(Workspace::Access::Read));
  const auto services = workspace.services(*state, 1);
  execution::Runner runner(pipeline, services);
  const auto programs = TRY(runner.programs(*partition).within("compiling for " + partition->key));
  std::size_t columns = 0;
  for (const auto& program : programs) columns += program.output.size();
  return Finding{"transforms", Finding::Verdict::Good,
                 fmt::format("compiled for {}: {} {} to {}", partition->key, counted(columns, "column"),
                             columns == 1 ? "goes" : "go", pipeline.table_names())};
}

/// Rows that the source forgets before they are loaded; nothing where that cannot be, or cannot be known.
std::string alarm(Workspace& workspace, const execution::Pipeline& pipeline) {
  if (!pipeline.source->retention()) return {};
  const auto now = workspace.context().clock.now();
  const auto partitions = partitions_in(pipeline, {}, now);
  const auto state = workspace.state(Workspace::Access::Read);
  if (!partitions.ok() || !state.ok()) return {};
  std::vector<std::string> keys;
  for (const auto& partition : *partitions) keys.push_back(partition.key);
  const auto gaps = (*state)->partitions().gaps(pipeline.name, keys);
  if (!gaps.ok()) return {};
  std::vector<model::Partition> missing;
  for (const auto& partition : *partitions) {
    if (std::find(gaps->begin(), gaps->end(), partition.key) != gaps->end()) missing.push_back(partition);
  }
  return retention_alarm(pipeline, missing, now);
}

/// Both ends of pipelines. A system that cannot be reached is waited for once and not by every pipeline.
class Ends {
 public:
  enum class Reach { Reached, OutOfReach };

  /// What `check` says, or what was found when it was asked the last time.
  Reach look(const std::string& role, const std::string& connection, const std::string& good,
             const std::function<Result<void>()>& check, PipelineFindings& found) {
    const auto known = out_of_reach_.find(role + connection);
    if (known != out_of_reach_.end()) {
      found.findings.push_back({role, Finding::Verdict::Bad, known->second});
      return Reach::OutOfReach;
    }
    const auto result = check();
    found.findings.push_back(judge(role, result, good));
    if (result.ok() || result.error().code() != ErrorCode::Unavailable) return Reach::Reached;
    out_of_reach_[role + connection] = result.error().to_string();
    return Reach::OutOfReach;
  }

 private:
  std::map<std::string, std::string> out_of_reach_;
};

PipelineFindings check_pipeline(Workspace& workspace, const execution::Pipeline& pipeline, Ends& ends) {
  PipelineFindings found{pipeline.name, {}};
  const auto source = ends.look(
      "source", pipeline.source_name, "can be read", [&] { return pipeline.source->check(); }, found);
  const auto destination = ends.look(
      "destination", pipeline.destination_name, pipeline.destination_name + " can be written",
      [&] { return pipeline.destination->check(); }, found);
  if (source == Ends::Reach::OutOfReach || destination == Ends::Reach::OutOfReach) {
    found.findings.push_back({"transforms", Finding::Verdict::Unknown,
                              fmt::format("cannot be compiled while the {} is out of reach",
                                          source == Ends::Reach::OutOfReach ? "source" : "destination")});
    return found;
  }
  auto transforms = check_transforms(workspace, pipeline);
  found.findings.push_back(
      transforms.ok() ? *std::move(transforms)
                      : Finding{"transforms", Finding::Verdict::Bad, transforms.error().to_string()});
  if (auto text = alarm(workspace, pipeline); !text.empty())
    found.findings.push_back({"retention", Finding::Verdict::Unknown, std::move(text)});
  return found;
}

void print_findings(const Console& console, const PipelineFindings& found) {
  const auto& style = console.style();
  console.print(style.paint(Tone::Strong, found.pipeline));
  for (const auto& [name, verdict, message] : found.findings) {
    const bool good = verdict == Finding::Verdict::Good;
    const auto sign = good                               ? style.paint(Tone::Good, style.tick())
                      : verdict == Finding::Verdict::Bad ? style.paint(Tone::Bad, style.cross())
                                                         : style.paint(Tone::Caution, style.warning());
    console.print(fmt::format("  {} {}", sign,
                              terminal::pad(name, 12) + " " + terminal::visible_lines(message, kIndent)));
  }
}

std::string as_json(bool good, const config::Diagnostics& diagnostics,
                    const std::vector<PipelineFindings>& pipelines) {
  JsonWriter json;
  json.begin_object().key("ok").value(good).key("problems").raw(diagnostics.to_json());
  json.key("pipelines").begin_array();
  for (const auto& found : pipelines) {
    json.begin_object().key("pipeline").text(found.pipeline).key("checks").begin_array();
    for (const auto& [name, verdict, message] : found.findings) {
      json.begin_object().key("name").text(name);
      json.key("ok");
      if (verdict == Finding::Verdict::Unknown)
        json.null();
      else
        json.value(verdict == Finding::Verdict::Good);
      json.key("message").text(message).end_object();
    }
    json.end_array().end_object();
  }
  return json.end_array().end_object().result();
}

void print_configuration(const Console& console, const Workspace& workspace,
                         const config::Diagnostics& diagnostics) {
  const auto& style = console.style();
  const auto pipelines = workspace.project().pipelines().size();
  if (diagnostics.ok()) {
    console.print(fmt::format("{} configuration: weir.yaml and {}", style.paint(Tone::Good, style.tick()),
                              counted(pipelines, "pipeline")));
  } else {
    console.print(fmt::format("{} configuration: {}", style.paint(Tone::Bad, style.cross()),
                              counted(problems_in(diagnostics), "problem")));
  }
  if (!diagnostics.empty()) console.print("\n" + std::string(trim(diagnostics.to_string())) + "\n");
}

Result<ExitCode> check_in(const CheckOptions& options, Context& context) {
  config::Diagnostics diagnostics;
  const auto workspace = TRY(Workspace::open(context, diagnostics));
  std::vector<execution::Pipeline> pipelines;
  // A file that cannot be read is the problem then, not that there are no pipelines.
  const bool unreadable = workspace->project().pipelines().empty() && !diagnostics.ok();
  const auto files = unreadable ? PipelineFiles() : TRY(workspace->select(options.pipelines));
  for (const auto* file : files) {
    if (auto pipeline = TRY(workspace->make(*file, diagnostics))) pipelines.push_back(*std::move(pipeline));
  }
  std::vector<PipelineFindings> found;
  Ends ends;
  bool good = true;
  if (diagnostics.ok()) {
    for (const auto& pipeline : pipelines) {
      found.push_back(check_pipeline(*workspace, pipeline, ends));
      for (const auto& finding : found.back().findings)
        good = good && finding.verdict != Finding::Verdict::Bad;
    }
  }
  const auto& console = context.console;
  if (console.json()) {
    console.print(as_json(good && diagnostics.ok(), diagnostics, found));
  } else {
    print_configuration(console, *workspace, diagnostics);
    for (const auto& pipeline : found) print_findings(console, pipeline);
  }
  if (!diagnostics.ok()) return ExitCode::Usage;
  return good ? ExitCode::Done : ExitCode::Failed;
}

}  // namespace

ExitCode check(const CheckOptions& options, Context& context) {
  return finished(check_in(options, context), context.console);
}

Command check_command() {
  auto options = std::make_shared<CheckOptions>();
  Command command;
  command.name = "check";
  command.summary = "See whether everything is in place, without loading anything.";
  command.details =
      "Reads all files of the project and reports every problem at once. Then, for each pipeline, sees "
      "whether "
      "its source can be read, its destination written, and its transforms compiled for the newest input.";
  command.options = {pipeline_option(&options->pipelines, "Which pipelines; default: all.")};
  command.examples = {{"weir check", "the whole project"},
                      {"weir check request_logs", "one pipeline"},
                      {"weir check --json | jq .problems", "problems with their places, for an editor"}};
  command.action = [options](Context& context) { return check(*options, context); };
  return command;
}

}  // namespace weir::app

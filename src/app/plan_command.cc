// SPDX-License-Identifier: Apache-2.0
#include "app/plan_command.h"

#include <algorithm>
#include <optional>

#include "app/command_parts.h"
#include "app/commands.h"
#include "app/partition_plan.h"
#include "app/run_json.h"
#include "app/terminal/table.h"
#include "app/workspace.h"
#include "base/text.h"

namespace weir::app {
namespace {

using terminal::Align;
using terminal::Cell;
using terminal::Table;
using terminal::Tone;
using transforms::Segment;

constexpr std::size_t kMostPartitionsShown = 20;

struct PipelinePlan {
  const execution::Pipeline* pipeline;
  std::vector<PlannedPartition> partitions;
  std::vector<transforms::Program> programs{};  ///< a table each, when they are asked for
  std::optional<Error> error{};                 ///< why nothing is known
};

/// What a run will do with a partition, for people.
std::string action(const execution::Pipeline& pipeline, const PlannedPartition& planned) {
  switch (planned.need) {
    case Need::UpToDate:
      return planned.definition_changed ? "nothing; loaded with an earlier definition"
                                        : "nothing; it is loaded";
    case Need::Unrecorded:
      return "remember that it is loaded";
    case Need::NeverLoaded:
      return planned.inputs.empty() ? "note that there is no input" : "load";
    case Need::InputChanged:
      break;
  }
  const auto rows = counted(planned.loaded->counts.loaded, "row");
  switch (pipeline.tables.front().target.write) {
    case model::WriteMode::ReplacePartition:
      return fmt::format("load again, its input changed; replaces {}", rows);
    case model::WriteMode::Replace:
      return "load again, its input changed; replaces the whole table";
    case model::WriteMode::Merge:
      return "load again, its input changed; replaces rows of the same key";
    case model::WriteMode::Append:
      break;
  }
  return fmt::format("load again, its input changed; adds to the {} loaded before", rows);
}

std::string_view name(Need need) {
  switch (need) {
    case Need::UpToDate:
      return "up_to_date";
    case Need::NeverLoaded:
      return "never_loaded";
    case Need::InputChanged:
      return "input_changed";
    case Need::Unrecorded:
      return "unrecorded";
  }
  return "";
}

std::string input_text(const PlannedPartition& planned) {
  if (planned.inputs.empty()) return "none";
  // The size of a query's rows is known when they are read.
  if (planned.bytes() == 0) return "";
  if (planned.inputs.size() == 1) return human_bytes(planned.bytes());
  return fmt::format("{} in {}", human_bytes(planned.bytes()), counted(planned.inputs.size(), "file"));
}

std::string_view words(Segment::Kind kind) {
  switch (kind) {
    case Segment::Kind::Rows:
      return "row by row";
    case Segment::Kind::Deduplicate:
      return "deduplicate, over all rows";
    case Segment::Kind::Sql:
      return "sql, over all rows";
  }
  return "";
}

/// Neighbours with which the same happens for want of input, as one line.
struct Stretch {
  const PlannedPartition* first;
  const PlannedPartition* last;
  std::size_t partitions;
};

std::vector<Stretch> stretches(const std::vector<PlannedPartition>& partitions) {
  std::vector<Stretch> result;
  for (const auto& planned : partitions) {
    const bool joins = !result.empty() && planned.inputs.empty() && result.back().last->inputs.empty() &&
                       planned.need == result.back().last->need && planned.partition.window &&
                       result.back().last->partition.window &&
                       planned.partition.window->start == result.back().last->partition.window->end;
    if (!joins) result.push_back({&planned, &planned, 0});
    result.back().last = &planned;
    ++result.back().partitions;
  }
  return result;
}

void print_sql(const Console& console, const transforms::Program& program) {
  const auto& style = console.style();
  for (std::size_t i = 0; i < program.segments.size(); ++i) {
    const auto& segment = program.segments[i];
    console.print(style.paint(Tone::Faint, fmt::format("-- step {} of {}: {}", i + 1, program.segments.size(),
                                                       words(segment.kind))));
    console.print(segment.sql + ";\n");
  }
  if (program.segments.empty()) console.print("-- no transforms: rows go to the destination as they are");
}

void print_plan(const Console& console, const PipelinePlan& plan) {
  const auto& style = console.style();
  const auto work = needing_work(plan.partitions);
  std::uint64_t bytes = 0;
  for (const auto& planned : work) bytes += planned.bytes();
  console.print(fmt::format("{} {} {}", style.paint(Tone::Strong, plan.pipeline->name), style.arrow(),
                            plan.pipeline->destination_name + "." + plan.pipeline->table_names()));
  if (plan.error) {
    console.print("  not known; see below");
    return;
  }
  if (work.empty()) {
    console.print(plan.partitions.empty() ? std::string("  nothing to do: nothing is there to load")
                                          : fmt::format("  nothing to do: {} up to date",
                                                        all_are(plan.partitions.size(), "partition")));
  } else {
    console.print(fmt::format("  {} of {} to load{}", with_thousands(work.size()),
                              counted(plan.partitions.size(), "partition"),
                              bytes > 0 ? ", " + human_bytes(bytes) : ""));
  }
  const auto& shown = console.verbose() ? plan.partitions : work;
  Table table({{"  partition"},
               {"input", Align::Right},
               {"what a run does", Align::Left, Table::Column::Room::Yield}});
  const auto lines = stretches(shown);
  const auto most = console.verbose() ? lines.size() : std::min(lines.size(), kMostPartitionsShown);
  for (std::size_t i = 0; i < most; ++i) {
    const auto& [first, last, partitions] = lines[i];
    auto key = "  " + first->partition.key;
    if (partitions > 1) key += fmt::format(" {} {}", style.arrow(), last->partition.key);
    auto what = action(*plan.pipeline, *first);
    if (partitions > 1) what += fmt::format(" ({})", counted(partitions, "partition"));
    table.add({Cell(std::move(key)), Cell(input_text(*first)), Cell(std::move(what))});
  }
  if (!table.empty()) console.write("\n" + table.render(style, console.width()));
  if (most < lines.size())
    console.print(
        style.paint(Tone::Faint, fmt::format("  … {} more; --verbose shows all", lines.size() - most)));
  for (std::size_t i = 0; i < plan.programs.size(); ++i) {
    const auto& program = plan.programs[i];
    if (plan.programs.size() > 1)
      console.print("\n" + style.paint(Tone::Strong, plan.pipeline->tables[i].target.table));
    for (const auto& note : program.notes) console.print(fmt::format("  {} {}", style.bullet(), note));
    console.print("");
    print_sql(console, program);
  }
}

void write_program(JsonWriter& json, const transforms::Program& program) {
  json.key("segments").begin_array();
  for (const auto& segment : program.segments) {
    json.begin_object().key("kind").text(words(segment.kind)).key("sql").text(segment.sql);
    json.end_object();
  }
  json.end_array().key("columns");
  write_columns(json, program.output);
  json.key("notes").begin_array();
  for (const auto& note : program.notes) json.text(note);
  json.end_array();
}

void write_partition(JsonWriter& json, const PlannedPartition& planned) {
  json.begin_object().key("partition").text(planned.partition.key).key("need").text(name(planned.need));
  json.key("definition_changed").value(planned.definition_changed).key("inputs").begin_array();
  for (const auto& input : planned.inputs)
    json.begin_object().key("name").text(input.name).key("size").value(input.size).end_object();
  json.end_array().key("loaded_rows");
  if (planned.loaded)
    json.value(planned.loaded->counts.loaded);
  else
    json.null();
  json.end_object();
}

std::string as_json(const std::vector<PipelinePlan>& plans) {
  JsonWriter json;
  json.begin_object().key("pipelines").begin_array();
  for (const auto& plan : plans) {
    json.begin_object().key("pipeline").text(plan.pipeline->name);
    json.key("destination").text(plan.pipeline->destination_name);
    if (plan.error) {
      json.key("error").begin_object().key("code").text(name(plan.error->code()));
      json.key("message").text(plan.error->to_string()).end_object();
    }
    const auto& tables = plan.pipeline->tables;
    if (tables.size() > 1) json.key("tables").begin_array();
    for (std::size_t i = 0; i < tables.size(); ++i) {
      if (tables.size() > 1) json.begin_object();
      json.key("table").text(tables[i].target.table);
      json.key("write").text(model::name(tables[i].target.write));
      if (!plan.programs.empty()) write_program(json, plan.programs[i]);
      if (tables.size() > 1) json.end_object();
    }
    if (tables.size() > 1) json.end_array();
    json.key("partitions").begin_array();
    for (const auto& planned : plan.partitions) write_partition(json, planned);
    json.end_array().end_object();
  }
  return json.end_array().end_object().result();
}

Result<std::vector<transforms::Program>> programs_for(Workspace& workspace,
                                                      const execution::Pipeline& pipeline,
                                                      const std::vector<PlannedPartition>& partitions,
                                                      state::StateStore& state) {
  const auto with_input =
      std::find_if(partitions.rbegin(), partitions.rend(),
                   [](const PlannedPartition& planned) { return !planned.inputs.empty(); });
  if (with_input == partitions.rend()) {
    return fail(ErrorCode::NotFound, "no partition of {} has input, so there are no columns to write SQL for",
                pipeline.name);
  }
  const auto services = workspace.services(state, 1);
  execution::Runner runner(pipeline, services);
  return runner.programs(with_input->partition);
}

ExitCode show(const std::vector<PipelinePlan>& plans, const Console& console) {
  auto code = ExitCode::Done;
  if (console.json()) console.print(as_json(plans));
  for (const auto& plan : plans) {
    if (!console.json()) {
      if (&plan != &plans.front()) console.print("");
      print_plan(console, plan);
    }
    if (plan.error && (code == ExitCode::Done || exit_code(plan.error->code()) == ExitCode::Failed))
      code = exit_code(plan.error->code());
  }
  for (const auto& plan : plans) {
    if (plan.error && !console.json()) console.report(*plan.error);
  }
  return code;
}

Result<PipelinePlan> plan_of(const PlanOptions& options, Workspace& workspace,
                             const execution::Pipeline& pipeline, state::StateStore& state) {
  const auto now = workspace.context().clock.now();
  PipelinePlan plan{&pipeline, TRY(plan_range(pipeline, {options.from, options.to}, now, state))};
  if (options.sql) plan.programs = TRY(programs_for(workspace, pipeline, plan.partitions, state));
  return plan;
}

Result<ExitCode> plan_in(const PlanOptions& options, Context& context) {
  if (options.all && (!options.from.empty() || !options.to.empty()))
    return fail(ErrorCode::InvalidConfig, "--all and a range exclude each other");
  const auto workspace = TRY(Workspace::open(context));
  const auto names = options.pipeline.empty() ? std::vector<std::string>{} : std::vector{options.pipeline};
  const auto pipelines = TRY(workspace->make(TRY(workspace->select(names))));
  auto* state = TRY(workspace->state(Workspace::Access::Read));
  std::vector<PipelinePlan> plans;
  for (const auto& pipeline : pipelines) {
    auto plan = plan_of(options, *workspace, pipeline, *state).within("planning " + pipeline.name);
    // One that cannot be planned does not hide the others.
    if (!plan.ok() && pipelines.size() == 1) return Failure(plan.error());
    plans.push_back(plan.ok() ? *std::move(plan) : PipelinePlan{&pipeline, {}, {}, plan.error()});
  }
  return show(plans, context.console);
}

}  // namespace

ExitCode plan(const PlanOptions& options, Context& context) {
  return finished(plan_in(options, context), context.console);
}

Command plan_command() {
  auto options = std::make_shared<PlanOptions>();
  Command command;
  command.name = "plan";
  command.summary = "Show what a run would do, without doing it.";
  command.details =
      "Lists the partitions that need work with the size of their input and what loading them replaces. With "
      "--sql also prints the SQL that the transforms become. --verbose lists the partitions that are up to "
      "date, too.\n\n" +
      std::string(kRangeForms);
  command.options = {
      pipeline_option(&options->pipeline, kAllPipelines),
      from_option(options->from),
      to_option(options->to),
      {"--all", "", "Everything from the first partition to the last that is complete; the default.",
       &options->all},
      {"--sql", "", "Print the SQL of the transforms.", &options->sql},
  };
  command.examples = {{"weir plan", "what `weir run` would do now"},
                      {"weir plan request_logs --from 2024-05-01 --to 2024-05-07", "a week"},
                      {"weir plan request_logs --sql", "the SQL of its transforms"}};
  command.action = [options](Context& context) { return plan(*options, context); };
  return command;
}

}  // namespace weir::app

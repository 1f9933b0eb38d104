// SPDX-License-Identifier: Apache-2.0
#include "app/due_tasks.h"

#include <algorithm>
#include <map>
#include <utility>

#include "app/json_writer.h"
#include "base/text.h"
#include "execution/fresh_start.h"

namespace weir::app {
namespace {

using Partitions = std::vector<PlannedPartition>;
using terminal::Tone;

/// The partitions of one pipeline that this command is to load.
Result<Partitions> chosen(const RunCommandOptions& options, const execution::Pipeline& pipeline,
                          state::StateStore& state, Timestamp now) {
  if (!options.partition.empty()) {
    const auto one = TRY(pipeline.partitions.calendar().parse_partition(options.partition));
    return plan_partitions(pipeline, {one}, state);
  }
  auto planned = TRY(plan_range(pipeline, {}, now, state));
  if (!options.rerun) {
    auto due = needing_work(std::move(planned));
    const auto limit = pipeline.partitions.limit.value_or(due.size());
    if (due.size() > limit) due.erase(due.begin() + static_cast<std::ptrdiff_t>(limit), due.end());
    return due;
  }
  // Only the newest: reloading all of history is what backfill is for.
  if (planned.size() > 1) planned.erase(planned.begin(), planned.end() - 1);
  return planned;
}

/// Systems that could not be reached a moment ago: those of a pipeline's source and destination.
class OutOfReach {
 public:
  void note(const execution::Pipeline& pipeline, const Error& error) {
    if (error.code() == ErrorCode::Unavailable) errors_.insert_or_assign(systems_of(pipeline), error);
  }
  const Error* find(const execution::Pipeline& pipeline) const {
    const auto found = errors_.find(systems_of(pipeline));
    return found == errors_.end() ? nullptr : &found->second;
  }

 private:
  using Systems = std::pair<std::string, std::string>;
  static Systems systems_of(const execution::Pipeline& pipeline) {
    return {pipeline.source_name, pipeline.destination_name};
  }

  std::map<Systems, Error> errors_;
};

std::string failure_json(const PlanFailure& failure) {
  JsonWriter json;
  json.begin_object().key("event").text("pipeline_not_planned");
  json.key("pipeline").text(failure.pipeline->name).key("level").text("error").key("fields").begin_object();
  json.key("code").text(name(failure.error.code())).key("message").text(failure.error.to_string());
  return json.end_object().end_object().result();
}

/// Which of two codes a command ends with: the worse one.
ExitCode worse(ExitCode one, ExitCode other) {
  for (const auto code : {ExitCode::Failed, ExitCode::Usage, ExitCode::Incomplete}) {
    if (one == code || other == code) return code;
  }
  return one;
}

}  // namespace

DueTasks due_tasks(const RunCommandOptions& options, const std::vector<execution::Pipeline>& pipelines,
                   Workspace& workspace, state::StateStore& state) {
  auto& context = workspace.context();
  DueTasks due;
  OutOfReach out_of_reach;
  for (const auto& pipeline : pipelines) {
    if (const auto* known = out_of_reach.find(pipeline)) {
      due.failures.push_back({&pipeline, *known});
      continue;
    }
    const auto choose = [&] { return chosen(options, pipeline, state, context.clock.now()); };
    auto partitions = execution::ask(*pipeline.source, workspace.sleeper(), context.cancelled, choose);
    if (!partitions.ok()) {
      out_of_reach.note(pipeline, partitions.error());
      due.failures.push_back({&pipeline, Error(partitions.error()).within("planning " + pipeline.name)});
    } else if (!partitions->empty()) {
      due.tasks.push_back({&pipeline, *std::move(partitions)});
    }
  }
  return due;
}

ExitCode report_unplanned(const Console& console, const std::vector<PlanFailure>& failures,
                          ExitCode of_loads) {
  const auto& style = console.style();
  auto code = of_loads;
  const Error* told = nullptr;
  for (const auto& failure : failures) {
    code = worse(code, exit_code(failure.error.code()));
    if (console.json()) {
      console.print(failure_json(failure));
      continue;
    }
    const bool same = told != nullptr && told->message() == failure.error.message();
    console.print(fmt::format("{} {}: not loaded, {}", style.paint(Tone::Bad, style.cross()),
                              style.paint(Tone::Strong, failure.pipeline->name),
                              same ? "for the same reason" : "because it cannot be told what is due"));
    if (!same) console.report(failure.error);
    told = &failure.error;
  }
  return code;
}

}  // namespace weir::app

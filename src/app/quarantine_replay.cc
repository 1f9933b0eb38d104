// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/command_parts.h"
#include "app/load_job.h"
#include "app/quarantine_commands.h"
#include "app/quarantine_file.h"
#include "app/run_reporter.h"
#include "app/terminal/text_width.h"
#include "base/text.h"
#include "state/quarantine.h"

namespace weir::app {
namespace {

Result<std::vector<MendedRow>> read_mended(const std::string& file, const Context& context) {
  if (file.empty()) return std::vector<MendedRow>{};
  std::ifstream stream(std::filesystem::path(context.working_folder) / file, std::ios::binary);
  if (!stream) return fail(ErrorCode::InvalidConfig, "{} cannot be read", file);
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  return parse_mended(text).within("reading " + file);
}

/// All rows of a partition, with the bytes that a person gave the mended ones.
Result<std::vector<sdk::Reject>> rows_of(const execution::Pipeline& pipeline,
                                         const state::QuarantinePlace& place,
                                         const std::vector<MendedRow>& mended, std::size_t& used) {
  std::vector<sdk::Reject> rows;
  auto reader = TRY(state::QuarantineReader::open(place));
  while (auto row = TRY(reader.next())) {
    const auto fixed = std::find_if(mended.begin(), mended.end(),
                                    [&](const MendedRow& each) { return each.is(place.partition, *row); });
    if (fixed != mended.end()) {
      // What nobody has touched is as incomplete as it was.
      if (fixed->bytes != row->bytes) row->partial = false;
      row->bytes = fixed->bytes;
      ++used;
    }
    const auto table = row->table.empty() ? std::optional<std::size_t>(0) : pipeline.find_table(row->table);
    if (!table) {
      return fail(ErrorCode::NotFound, "{}:{} was meant for the table {}, which {} does not fill any more",
                  row->input, row->line, row->table, pipeline.name);
    }
    rows.push_back({std::move(row->input), row->line, row->offset, std::move(row->reason),
                    std::move(row->bytes), row->partial, *table});
  }
  return rows;
}

/// The partitions that are to be tried. With a file only those that it speaks of.
Result<std::vector<model::Partition>> partitions_to_replay(const Workspace& workspace,
                                                           const execution::Pipeline& pipeline,
                                                           const QuarantineReplayOptions& options,
                                                           const std::vector<MendedRow>& mended) {
  std::vector<model::Partition> partitions;
  for (const auto& summary : TRY(state::list_quarantine(workspace.project().work_folder(), pipeline.name))) {
    if (!options.partition.empty() && summary.partition != options.partition) continue;
    const bool spoken_of =
        options.from_file.empty() || std::any_of(mended.begin(), mended.end(), [&](const MendedRow& row) {
          return row.partition == summary.partition;
        });
    if (spoken_of)
      partitions.push_back(TRY(pipeline.partitions.calendar().parse_partition(summary.partition)));
  }
  return partitions;
}

/// Whether every row is as bad as it was. Then nothing was published.
bool changed_nothing(const LoadOutcome& outcome) {
  return outcome.not_begun.empty() &&
         std::all_of(outcome.runs.begin(), outcome.runs.end(),
                     [](const auto& run) { return run.run.state == state::RunState::UpToDate; });
}

ExitCode report_unchanged(const Console& console, const LoadOutcome& outcome) {
  if (console.json()) {
    report_loads(console, {outcome});
    return ExitCode::Incomplete;
  }
  const auto& style = console.style();
  const auto& name = outcome.pipeline->name;
  console.print(fmt::format("{} {}: nothing was loaded; every row stays in quarantine",
                            style.paint(terminal::Tone::Bad, style.cross()),
                            style.paint(terminal::Tone::Strong, name)));
  for (const auto& run : outcome.runs) {
    for (const auto& warning : run.run.warnings)
      console.print(fmt::format("  {}: {}", run.run.partition, terminal::visible(warning)));
  }
  console.say(
      fmt::format("\nCorrect the pipeline, or mend the rows in a file:\n"
                  "  weir quarantine show {0} --export rows.txt\n"
                  "  weir quarantine replay {0} --from rows.txt",
                  name));
  return ExitCode::Incomplete;
}

Result<ExitCode> replay_in(const QuarantineReplayOptions& options, Context& context) {
  const auto workspace = TRY(Workspace::open(context));
  const auto pipeline = TRY(workspace->make(*TRY(workspace->select_one(options.pipeline))));
  const auto mended = TRY(read_mended(options.from_file, context));
  const auto partitions = TRY(partitions_to_replay(*workspace, pipeline, options, mended));
  const auto& console = context.console;
  if (partitions.empty()) {
    if (console.json())
      console.print(R"({"event":"nothing_to_do"})");
    else
      console.print(fmt::format("Nothing to do: no rows of {} are in quarantine.", pipeline.name));
    return ExitCode::Done;
  }
  auto* state = TRY(workspace->state(Workspace::Access::Write));
  TRY(report_abandoned(*workspace, *state));
  const auto services = workspace->services(*state, 1);
  LoadOutcome outcome{&pipeline, {}};
  std::size_t used = 0;
  const auto began = std::chrono::steady_clock::now();
  {
    RunReporter reporter(context, partitions.size(), 0);
    execution::Runner runner(pipeline, services);
    for (const auto& partition : partitions) {
      if (context.cancelled) {
        outcome.not_begun.push_back(partition.key);
        continue;
      }
      const state::QuarantinePlace place{workspace->project().work_folder(), pipeline.name, partition.key};
      outcome.runs.push_back(runner.replay(
          partition, [&] { return rows_of(pipeline, place, mended, used); }, reporter));
      reporter.finished(outcome.runs.back(), 0);
    }
  }
  if (used < mended.size()) {
    console.warn(fmt::format("{} of {} of {} {} not in quarantine any more and left out",
                             mended.size() - used, counted(mended.size(), "row"), options.from_file,
                             mended.size() - used == 1 ? "is" : "are"));
  }
  outcome.duration =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
  return changed_nothing(outcome) ? report_unchanged(console, outcome) : report_loads(console, {outcome});
}

}  // namespace

ExitCode replay_quarantine(const QuarantineReplayOptions& options, Context& context) {
  return finished(replay_in(options, context), context.console);
}

}  // namespace weir::app

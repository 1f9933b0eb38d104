// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <set>

#include "app/command_parts.h"
#include "app/commands.h"
#include "app/history_commands.h"
#include "app/json_writer.h"
#include "app/partition_plan.h"
#include "app/retention.h"
#include "app/workspace.h"
#include "base/text.h"

namespace weir::app {
namespace {

using terminal::Tone;

struct PipelineGaps {
  std::string pipeline;
  std::vector<model::Partition> partitions;
  std::vector<std::string> gaps;
  std::string alarm{};              ///< of rows that the source is about to remove; empty: none
  std::set<std::string> waiting{};  ///< objects that the next run looks at
};

struct Stretch {
  std::string first;
  std::string last;
  std::size_t partitions = 0;
};

/// Neighbouring gaps as one.
std::vector<Stretch> stretches(const PipelineGaps& found) {
  std::vector<Stretch> result;
  auto gap = found.gaps.begin();
  bool joined = false;
  for (const auto& partition : found.partitions) {
    if (gap == found.gaps.end() || partition.key != *gap) {
      joined = false;
      continue;
    }
    if (!joined) result.push_back({partition.key, partition.key, 0});
    result.back().last = partition.key;
    ++result.back().partitions;
    joined = true;
    ++gap;
  }
  return result;
}

/// The partitions that are gaps, which stand in the same order.
std::vector<model::Partition> missing_of(const PipelineGaps& found) {
  std::vector<model::Partition> missing;
  for (const auto& partition : found.partitions) {
    if (missing.size() < found.gaps.size() && partition.key == found.gaps[missing.size()])
      missing.push_back(partition);
  }
  return missing;
}

/// Objects that were loaded or tried, wherever they lie by now, and those that wait. Where only the
/// newest counts, one that failed before the last load was made is no gap.
Result<std::vector<model::Partition>> objects_of(const execution::Pipeline& pipeline,
                                                 state::StateStore& state, Timestamp now,
                                                 std::set<std::string>& waiting) {
  for (const auto& partition : TRY(partitions_in(pipeline, {}, now))) waiting.insert(partition.key);
  auto keys = waiting;
  const bool only_newest = pipeline.partitions.take == execution::PartitionRule::Take::Newest;
  const auto offers = TRY(pipeline.source->offers());
  const auto newest_good = std::find_if(offers.rbegin(), offers.rend(),
                                        [](const auto& each) { return each.mark == sdk::Offer::Mark::Good; });
  for (auto offer = only_newest ? newest_good.base() : offers.begin(); offer != offers.end(); ++offer) {
    if (offer->mark == sdk::Offer::Mark::Bad) keys.insert(offer->partition.key);
  }
  const auto known = TRY(state.partitions().list(pipeline.name));
  std::optional<Timestamp> last_load;
  for (const auto& status : known) last_load = std::max(last_load, status.loaded_at);
  for (const auto& status : known) {
    const bool overtaken = only_newest && !status.loaded_at && last_load && status.updated_at < *last_load;
    if (overtaken) {
      keys.erase(status.partition);
    } else {
      keys.insert(status.partition);
    }
  }
  std::vector<model::Partition> partitions;
  for (const auto& key : keys) partitions.push_back({.key = key});
  return partitions;
}

/// The newest window of a cursor goes on growing until the next run takes it, so it is none that was missed:
/// unless nothing was ever loaded.
void leave_out_newest(const execution::Pipeline& pipeline, PipelineGaps& found) {
  if (pipeline.partitions.every != model::Every::Cursor) return;
  if (found.gaps.empty() || found.gaps.size() == found.partitions.size()) return;
  const auto& newest = found.partitions.back();
  const bool is_whole = newest.window->end.micros % pipeline.partitions.cursor.step == 0;
  if (is_whole || newest.key != found.gaps.back()) return;
  found.partitions.pop_back();
  found.gaps.pop_back();
}

void print_gaps(const Console& console, const PipelineGaps& found) {
  const auto& style = console.style();
  if (found.partitions.empty()) {
    console.print(fmt::format("{} {}: none; nothing to load was ever there",
                              style.paint(Tone::Good, style.tick()), found.pipeline));
    return;
  }
  if (found.gaps.empty()) {
    console.print(fmt::format("{} {}: none; {} proven loaded", style.paint(Tone::Good, style.tick()),
                              found.pipeline, all_are(found.partitions.size(), "partition")));
    return;
  }
  console.print(fmt::format(
      "{} {}: {} of {} {} never proven loaded", style.paint(Tone::Caution, style.warning()),
      style.paint(Tone::Strong, found.pipeline), with_thousands(found.gaps.size()),
      counted(found.partitions.size(), "partition"), found.partitions.size() == 1 ? "was" : "were"));
  for (const auto& [first, last, partitions] : stretches(found)) {
    if (partitions == 1)
      console.print("  " + first);
    else
      console.print(fmt::format("  {} {} {}  ({})", first, style.arrow(), last, with_thousands(partitions)));
  }
  if (!found.alarm.empty())
    console.print(fmt::format("  {} {}", style.paint(Tone::Bad, style.warning()), found.alarm));
}

std::string as_json(const std::vector<PipelineGaps>& all) {
  JsonWriter json;
  json.begin_object().key("pipelines").begin_array();
  for (const auto& found : all) {
    json.begin_object().key("pipeline").text(found.pipeline).key("partitions").value(found.partitions.size());
    json.key("gaps").begin_array();
    for (const auto& gap : found.gaps) json.text(gap);
    json.end_array();
    if (!found.alarm.empty()) json.key("alarm").text(found.alarm);
    json.end_object();
  }
  return json.end_array().end_object().result();
}

/// What to do about gaps: a run passes over objects that were filed as bad.
std::string remedy(const std::vector<execution::Pipeline>& pipelines, const std::vector<PipelineGaps>& all) {
  std::string passed_over;
  bool runs = false;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool objects = pipelines[i].partitions.every == model::Every::Object;
    for (const auto& gap : all[i].gaps) {
      if (!objects || all[i].waiting.contains(gap))
        runs = true;
      else
        passed_over = fmt::format("weir run {} --partition {}", all[i].pipeline, gap);
    }
  }
  if (passed_over.empty()) return "`weir run` loads them.";
  return fmt::format(
      "{}What was filed as bad is left alone: put a corrected object in its place, or when the reason was "
      "another one, load it by its key:\n  {}",
      runs ? "`weir run` loads those that wait. " : "", passed_over);
}

Result<ExitCode> gaps_in(const GapsOptions& options, Context& context) {
  const auto workspace = TRY(Workspace::open(context));
  const auto names = options.pipeline.empty() ? std::vector<std::string>{} : std::vector{options.pipeline};
  const auto pipelines = TRY(workspace->make(TRY(workspace->select(names))));
  auto* state = TRY(workspace->state(Workspace::Access::Read));
  std::vector<PipelineGaps> all;
  bool any = false;
  for (const auto& pipeline : pipelines) {
    const auto now = context.clock.now();
    const bool objects = pipeline.partitions.every == model::Every::Object;
    PipelineGaps found{pipeline.name, {}, {}, {}};
    found.partitions = objects ? TRY(objects_of(pipeline, *state, now, found.waiting))
                               : TRY(partitions_in(pipeline, {}, now));
    std::vector<std::string> keys;
    for (const auto& partition : found.partitions) keys.push_back(partition.key);
    found.gaps = TRY(state->partitions().gaps(pipeline.name, keys));
    leave_out_newest(pipeline, found);
    found.alarm = retention_alarm(pipeline, missing_of(found), now);
    any = any || !found.gaps.empty();
    all.push_back(std::move(found));
  }
  if (context.console.json())
    context.console.print(as_json(all));
  else
    for (const auto& found : all) print_gaps(context.console, found);
  if (any) context.console.say(remedy(pipelines, all));
  return any && options.fail_if_any ? ExitCode::Incomplete : ExitCode::Done;
}

}  // namespace

ExitCode list_gaps(const GapsOptions& options, Context& context) {
  return finished(gaps_in(options, context), context.console);
}

Command gaps_command() {
  auto options = std::make_shared<GapsOptions>();
  Command command;
  command.name = "gaps";
  command.summary = "List the partitions that were never proven loaded.";
  command.details =
      "A partition is proven loaded when the destination's ledger says so, also when it was empty. Looked at "
      "are all partitions from the first to the last that is complete, of a cursor those before the one that "
      "the next run takes; of objects those that wait, those that were loaded, and those that could not be "
      "loaded, also when they were filed away.";
  command.options = {
      pipeline_option(&options->pipeline, kAllPipelines),
      {"--fail-if-any", "", "Exit with 4 when there are gaps, for monitoring.", &options->fail_if_any}};
  command.examples = {{"weir gaps", "of all pipelines"},
                      {"weir gaps request_logs --fail-if-any --quiet", "for a monitoring check"}};
  command.action = [options](Context& context) { return list_gaps(*options, context); };
  return command;
}

}  // namespace weir::app

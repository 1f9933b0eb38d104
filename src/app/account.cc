// SPDX-License-Identifier: Apache-2.0
// The account of loads: what came in, where it went, what is left to do.
#include <algorithm>

#include "app/json_writer.h"
#include "app/load_job.h"
#include "app/run_reporter.h"
#include "app/terminal/progress_line.h"
#include "app/terminal/table.h"
#include "base/text.h"

namespace weir::app {
namespace {

using execution::RunOutcome;
using state::RunState;
using terminal::Align;
using terminal::Cell;
using terminal::Table;
using terminal::Tone;

constexpr std::size_t kMostRowsShown = 10;
constexpr std::size_t kMostFailuresShown = 5;

struct Sum {
  model::RowCounts counts;
  std::uint64_t bytes = 0;
  std::size_t loaded = 0;
  std::size_t empty = 0;
  std::size_t up_to_date = 0;
  std::size_t failed = 0;
  std::size_t cancelled = 0;
  std::size_t busy = 0;  ///< another weir holds them
};

bool is_busy(const RunOutcome& outcome) {
  return outcome.error && outcome.error->code() == ErrorCode::Conflict && outcome.run.run_id.empty();
}

Sum sum_of(const LoadOutcome& outcome) {
  Sum sum;
  for (const auto& run : outcome.runs) {
    const auto state = run.run.state;
    if (is_busy(run))
      ++sum.busy;
    else if (state == RunState::Failed)
      ++sum.failed;
    else if (state == RunState::Cancelled)
      ++sum.cancelled;
    else if (state == RunState::Empty)
      ++sum.empty;
    else if (state == RunState::UpToDate)
      ++sum.up_to_date;
    else
      ++sum.loaded;
    if (state != RunState::Succeeded) continue;
    sum.counts += run.counts();
    sum.bytes += run.run.bytes_read;
  }
  return sum;
}

std::vector<Cell> row(std::string name, const model::RowCounts& counts) {
  const auto quiet = [](std::uint64_t number, Tone tone) {
    return Cell(with_thousands(number), number == 0 ? Tone::Faint : tone);
  };
  return {Cell(std::move(name)),
          Cell(with_thousands(counts.read + counts.added)),
          quiet(counts.loaded, Tone::Good),
          quiet(counts.filtered, Tone::Plain),
          quiet(counts.deduplicated, Tone::Plain),
          quiet(counts.quarantined, Tone::Caution)};
}

std::string table_of(const Console& console, const LoadOutcome& outcome, const Sum& sum) {
  Table table({{"partition"},
               {"read", Align::Right},
               {"loaded", Align::Right},
               {"filtered", Align::Right},
               {"deduplicated", Align::Right},
               {"quarantined", Align::Right}});
  if (sum.loaded <= kMostRowsShown || console.verbose()) {
    for (const auto& run : outcome.runs) {
      if (run.run.state == RunState::Succeeded) table.add(row(run.run.partition, run.counts()));
    }
  }
  if (sum.loaded != 1) table.add(row(fmt::format("all {}", sum.loaded), sum.counts));
  return table.render(console.style(), console.width());
}

/// "request_logs: 31 partitions loaded, 1 empty, 2 failed".
std::string headline(const Console& console, const LoadOutcome& outcome, const Sum& sum) {
  const auto& style = console.style();
  std::vector<std::string> parts;
  const auto add = [&](std::size_t number, std::string_view word, Tone tone) {
    if (number > 0) parts.push_back(style.paint(tone, fmt::format("{} {}", with_thousands(number), word)));
  };
  add(sum.loaded, "loaded", Tone::Good);
  add(sum.empty, "empty", Tone::Plain);
  add(sum.up_to_date, "up to date", Tone::Plain);
  add(sum.failed, "failed", Tone::Bad);
  add(sum.busy, "in use by another weir", Tone::Caution);
  add(sum.cancelled + outcome.not_begun.size(), "not loaded", Tone::Caution);
  const bool good = sum.failed + sum.busy + sum.cancelled + outcome.not_begun.size() == 0;
  const auto sign = good ? style.paint(Tone::Good, style.tick()) : style.paint(Tone::Bad, style.cross());
  return fmt::format("{} {}: {}", sign, style.paint(Tone::Strong, outcome.pipeline->name), join(parts));
}

std::string speed(const Console& console, const LoadOutcome& outcome, const Sum& sum) {
  const double seconds = std::max(1e-3, static_cast<double>(outcome.duration.count()) / 1e6);
  std::vector<std::string> parts{human_duration(outcome.duration)};
  parts.push_back(terminal::short_count(static_cast<double>(sum.counts.read) / seconds) + " rows/s");
  parts.push_back(human_bytes(static_cast<std::uint64_t>(static_cast<double>(sum.bytes) / seconds)) + "/s");
  return join(parts, console.style().dot());
}

void print_failures(const Console& console, const LoadOutcome& outcome) {
  std::size_t shown = 0;
  std::size_t failed = 0;
  for (const auto& run : outcome.runs) {
    if (!run.error || run.run.state == RunState::Cancelled) continue;
    ++failed;
    if (shown == kMostFailuresShown) continue;
    ++shown;
    auto error = *run.error;
    console.report(
        std::move(error).within(fmt::format("loading {} {}", run.run.pipeline, run.run.partition)));
  }
  if (failed > shown)
    console.warn(fmt::format("{} more failed; `weir runs --state failed` lists them", failed - shown));
}

void print_warnings(const Console& console, const LoadOutcome& outcome) {
  std::vector<std::string> seen;
  for (const auto& run : outcome.runs) {
    for (const auto& warning : run.run.warnings) {
      if (std::find(seen.begin(), seen.end(), warning) != seen.end()) continue;
      seen.push_back(warning);
      console.warn(fmt::format("{} {}: {}", run.run.pipeline, run.run.partition, warning));
    }
  }
}

/// The objects behind one that could not be loaded.
void print_not_begun(const Console& console, const LoadOutcome& outcome) {
  if (outcome.not_begun.empty()) return;
  auto keys = outcome.not_begun;
  const auto more = keys.size() > kMostFailuresShown ? keys.size() - kMostFailuresShown : 0;
  keys.resize(keys.size() - more);
  if (more > 0) keys.push_back(fmt::format("{} more", more));
  console.warn(fmt::format("not begun behind the failure: {}; --keep-going loads them", join(keys)));
}

void print_outcome(const Console& console, const LoadOutcome& outcome) {
  const auto& style = console.style();
  const auto sum = sum_of(outcome);
  console.print(headline(console, outcome, sum));
  if (sum.loaded > 0) {
    console.print("");
    console.write(table_of(console, outcome, sum));
    console.print("");
    console.say(style.paint(Tone::Faint, speed(console, outcome, sum)));
  }
  if (sum.counts.quarantined > 0) {
    console.say(fmt::format("Set aside: {}. See why: {}", counted(sum.counts.quarantined, "row"),
                            style.paint(Tone::Accent, "weir quarantine show " + outcome.pipeline->name)));
  }
  if (sum.loaded > 0) {
    const auto hint =
        outcome.pipeline->destination->query_hint(outcome.pipeline->tables.front().target.table);
    if (!hint.empty()) console.say("Look at the rows: " + style.paint(Tone::Accent, hint));
  }
  print_warnings(console, outcome);
  print_failures(console, outcome);
  if (outcome.pipeline->partitions.every == model::Every::Object) print_not_begun(console, outcome);
}

std::string outcome_json(const LoadOutcome& outcome) {
  const auto sum = sum_of(outcome);
  JsonWriter json;
  json.begin_object().key("event").text("pipeline_finished").key("pipeline").text(outcome.pipeline->name);
  json.key("partitions").begin_object();
  json.key("loaded").value(sum.loaded).key("empty").value(sum.empty).key("up_to_date").value(sum.up_to_date);
  json.key("failed")
      .value(sum.failed)
      .key("not_loaded")
      .value(sum.cancelled + sum.busy + outcome.not_begun.size());
  json.end_object().key("rows").begin_object();
  json.key("read").value(sum.counts.read).key("added").value(sum.counts.added);
  json.key("loaded").value(sum.counts.loaded).key("filtered").value(sum.counts.filtered);
  json.key("deduplicated").value(sum.counts.deduplicated).key("quarantined").value(sum.counts.quarantined);
  json.end_object().key("bytes_read").value(sum.bytes);
  json.key("seconds").value(static_cast<double>(outcome.duration.count()) / 1e6);
  return json.end_object().result();
}

}  // namespace

ExitCode report_loads(const Console& console, const std::vector<LoadOutcome>& outcomes) {
  bool failed = false;
  bool incomplete = false;
  bool first = true;
  for (const auto& outcome : outcomes) {
    const auto sum = sum_of(outcome);
    failed = failed || sum.failed > 0;
    incomplete = incomplete || sum.busy + sum.cancelled + outcome.not_begun.size() > 0;
    if (console.json()) {
      console.print(outcome_json(outcome));
      continue;
    }
    if (!first) console.print("");
    first = false;
    print_outcome(console, outcome);
  }
  if (incomplete) console.say("Not everything is loaded. The same command goes on where this one stopped.");
  if (failed) return ExitCode::Failed;
  return incomplete ? ExitCode::Incomplete : ExitCode::Done;
}

}  // namespace weir::app

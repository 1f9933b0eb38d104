// SPDX-License-Identifier: Apache-2.0
#include "app/run_reporter.h"

#include "app/run_json.h"
#include "app/terminal/text_width.h"
#include "base/text.h"

namespace weir::app {
namespace {

using execution::RunOutcome;
using state::RunState;
using terminal::ProgressState;
using terminal::Tone;

constexpr std::chrono::milliseconds kRedraw{100};

/// Long stretches of partitions without input would hide the others in a log.
bool run_is_remarkable(RunState state) { return state != RunState::Empty && state != RunState::UpToDate; }

std::string error_json(const RunOutcome& outcome) {
  JsonWriter json;
  json.begin_object().key("event").text("run_not_started");
  json.key("pipeline").text(outcome.run.pipeline).key("partition").text(outcome.run.partition);
  json.key("level").text("error").key("fields").begin_object();
  json.key("code").text(outcome.run.error_code).key("message").text(outcome.run.error_message);
  return json.end_object().end_object().result();
}

}  // namespace

std::string event_json(const state::Run& run, const state::Event& event) {
  JsonWriter json;
  json.begin_object().key("time").time(event.time).key("run_id").text(run.run_id);
  json.key("pipeline").text(run.pipeline).key("partition").text(run.partition);
  json.key("level").text(event.level).key("event").text(event.name).key("fields").raw(event.fields);
  return json.end_object().result();
}

RunReporter::RunReporter(Context& context, std::size_t partitions, std::uint64_t bytes)
    : context_(context),
      began_(std::chrono::steady_clock::now()),
      partitions_(partitions),
      tally_(partitions, bytes) {
  if (!context.console.live()) return;
  block_.emplace([&context](std::string_view text) { context.console.write(text); });
  drawer_ = std::thread([this] {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kRedraw, [this] { return stopped_; })) draw();
  });
}

RunReporter::~RunReporter() { stop(); }

void RunReporter::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  if (drawer_.joinable()) drawer_.join();
  if (block_) block_->erase();
  block_.reset();
}

void RunReporter::draw() {
  auto progress = tally_.state();
  progress.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  if (context_.cancelled) progress.ending = ProgressState::Ending::Stopping;
  block_->draw(terminal::progress_lines(progress, context_.console.style(), context_.console.width() - 1));
}

void RunReporter::on_event(const state::Run& run, const state::Event& event) {
  const std::lock_guard lock(mutex_);
  if (context_.console.json()) context_.console.print(event_json(run, event));
  tally_.changed(run);
}

void RunReporter::on_progress(const state::Run& run, const execution::Progress& progress) {
  const std::lock_guard lock(mutex_);
  tally_.progressed(run, progress);
}

void RunReporter::finished(const RunOutcome& outcome, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  tally_.finished(outcome, bytes);
  const auto& console = context_.console;
  const bool failed = outcome.run.state == RunState::Failed;
  if (console.json()) {
    if (outcome.run.run_id.empty()) console.print(error_json(outcome));
    return;
  }
  if (console.quiet() || partitions_ <= 1) return;
  const bool remarkable = run_is_remarkable(outcome.run.state) || console.verbose();
  if (!block_) {
    if (remarkable) console.print(line_of(outcome));
    return;
  }
  // On a screen the display tells enough of what goes well.
  if (failed || console.verbose()) block_->print_above(line_of(outcome) + "\n");
}

std::string RunReporter::line_of(const RunOutcome& outcome) const {
  const auto& run = outcome.run;
  const auto& style = context_.console.style();
  const auto& sign = run.state == RunState::Failed ? style.cross() : style.tick();
  auto line = fmt::format(
      "{} {} {}  {}", style.paint(tone_of(run.state), sign), run.pipeline, terminal::visible(run.partition),
      style.paint(tone_of(run.state),
                  run.state == RunState::UpToDate ? "up to date" : shown_name(run.state)));
  if (outcome.error && run.state == RunState::Failed)
    return line + ": " + terminal::visible_line(outcome.error->message());
  const auto counts = outcome.counts();
  if (run.state == RunState::Succeeded) {
    const auto took = run.finished_at ? run.finished_at->micros - run.started_at.micros : 0;
    line += fmt::format(" {} in {}", counted(counts.loaded, "row"),
                        human_duration(std::chrono::microseconds(took)));
    if (counts.quarantined > 0) line += fmt::format(", {} quarantined", with_thousands(counts.quarantined));
  }
  return line;
}

}  // namespace weir::app

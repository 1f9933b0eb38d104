// SPDX-License-Identifier: Apache-2.0
#include "app/run_json.h"

#include <array>

namespace weir::app {
namespace {

using state::RunState;

constexpr std::array kStates = {
    RunState::Claimed, RunState::Extracting, RunState::Staged, RunState::Published, RunState::Succeeded,
    RunState::Empty,   RunState::UpToDate,   RunState::Failed, RunState::Cancelled, RunState::Interrupted};

}  // namespace

void write_columns(JsonWriter& json, const model::Schema& columns) {
  json.begin_array();
  for (const auto& column : columns.columns)
    json.begin_object().key("name").text(column.name).key("type").text(model::name(column.type)).end_object();
  json.end_array();
}

void write_counts(JsonWriter& json, const model::RowCounts& counts) {
  json.begin_object().key("read").value(counts.read).key("added").value(counts.added);
  json.key("loaded").value(counts.loaded).key("filtered").value(counts.filtered);
  json.key("deduplicated")
      .value(counts.deduplicated)
      .key("quarantined")
      .value(counts.quarantined)
      .end_object();
}

void write_run(JsonWriter& json, const state::Run& run) {
  json.begin_object().key("run_id").text(run.run_id).key("pipeline").text(run.pipeline);
  json.key("partition").text(run.partition).key("state").text(shown_name(run.state));
  json.key("trigger").text(state::name(run.trigger)).key("attempt").value(run.attempt);
  json.key("started_at").time(run.started_at).key("finished_at");
  if (run.finished_at)
    json.time(*run.finished_at);
  else
    json.null();
  json.key("tables").begin_object();
  for (const auto& [table, counts] : run.counts) {
    json.key(table);
    write_counts(json, counts);
  }
  json.end_object().key("bytes_read").value(run.bytes_read).key("load_id").text(run.load_id);
  json.key("error");
  if (run.error_code.empty())
    json.null();
  else
    json.begin_object().key("code").text(run.error_code).key("message").text(run.error_message).end_object();
  json.key("warnings").begin_array();
  for (const auto& warning : run.warnings) json.text(warning);
  json.end_array().end_object();
}

std::string_view shown_name(state::RunState state) {
  return state == state::RunState::Succeeded ? "loaded" : state::name(state);
}

std::vector<std::string> shown_names() {
  std::vector<std::string> names;
  for (const auto state : kStates) names.emplace_back(shown_name(state));
  return names;
}

std::optional<state::RunState> state_of_shown_name(std::string_view name) {
  for (const auto state : kStates) {
    if (shown_name(state) == name) return state;
  }
  return std::nullopt;
}

std::string short_time(Timestamp time) {
  char text[26];
  write_sql_timestamp(time, text);
  return std::string(text, 19);
}

std::string took(const state::Run& run) {
  if (!run.finished_at) return "";
  return human_duration(std::chrono::microseconds(run.finished_at->micros - run.started_at.micros));
}

terminal::Tone tone_of(state::RunState state) {
  switch (state) {
    case RunState::Succeeded:
      return terminal::Tone::Good;
    case RunState::Failed:
    case RunState::Interrupted:
      return terminal::Tone::Bad;
    case RunState::Empty:
    case RunState::UpToDate:
      return terminal::Tone::Plain;
    default:
      return terminal::Tone::Caution;
  }
}

}  // namespace weir::app

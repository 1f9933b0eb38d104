// SPDX-License-Identifier: Apache-2.0
#include "app/run_json.h"

namespace weir::app {

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
  json.key("partition").text(run.partition).key("state").text(state::name(run.state));
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
  using state::RunState;
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

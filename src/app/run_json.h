// SPDX-License-Identifier: Apache-2.0
// How runs are written by the commands that show them: as JSON, and in a table's cells.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/json_writer.h"
#include "app/terminal/style.h"
#include "model/schema.h"
#include "state/run.h"

namespace weir::app {

/// A list of names and types.
void write_columns(JsonWriter& json, const model::Schema& columns);
void write_counts(JsonWriter& json, const model::RowCounts& counts);
void write_run(JsonWriter& json, const state::Run& run);

/// "loaded", "empty", "up_to_date", "failed": the one name of a state in tables, in JSON and for --state.
std::string_view shown_name(state::RunState state);
std::vector<std::string> shown_names();
std::optional<state::RunState> state_of_shown_name(std::string_view name);

/// "2024-05-01 10:03:12".
std::string short_time(Timestamp time);
/// How long a finished run took.
std::string took(const state::Run& run);
terminal::Tone tone_of(state::RunState state);

}  // namespace weir::app

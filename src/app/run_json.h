// SPDX-License-Identifier: Apache-2.0
// How runs are written by the commands that show them: as JSON, and in a table's cells.
#pragma once

#include <string>

#include "app/json_writer.h"
#include "app/terminal/style.h"
#include "state/run.h"

namespace weir::app {

void write_counts(JsonWriter& json, const model::RowCounts& counts);
void write_run(JsonWriter& json, const state::Run& run);

/// "2024-05-01 10:03:12".
std::string short_time(Timestamp time);
/// How long a finished run took.
std::string took(const state::Run& run);
terminal::Tone tone_of(state::RunState state);

}  // namespace weir::app

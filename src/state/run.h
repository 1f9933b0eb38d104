// SPDX-License-Identifier: Apache-2.0
// What the state store remembers: runs, partitions and events. Values, used by execution, the
// commands and the API.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/load.h"
#include "state/process.h"

namespace weir::state {

/// How far a run has come. Everything from Succeeded on is final.
enum class RunState {
  Claimed,      ///< the partition is ours
  Extracting,   ///< rows are being read and transformed
  Staged,       ///< all rows are in the destination, none is visible
  Published,    ///< the rows are visible, the run is not yet recorded as done
  Succeeded,    ///< done, rows were loaded
  Empty,        ///< done, there was nothing to load
  UpToDate,     ///< done, the partition already holds this input
  Failed,       ///< an error ended it; nothing of it is visible
  Cancelled,    ///< the user ended it
  Interrupted,  ///< its process is gone; the destination knows whether it published
};
std::string_view name(RunState state);
std::optional<RunState> run_state_from_name(std::string_view name);
bool is_final(RunState state);

/// Who asked for a run.
enum class Trigger {
  Run,       ///< `weir run`
  Backfill,  ///< `weir backfill`
  Replay,    ///< `weir quarantine replay`
  Schedule,  ///< the daemon
  Rebuild,   ///< nobody: known only from a destination's ledger
};
std::string_view name(Trigger trigger);
std::optional<Trigger> trigger_from_name(std::string_view name);

/// One attempt at one partition.
struct Run {
  std::string run_id;
  std::string pipeline;
  std::string partition;  ///< the partition's key
  RunState state = RunState::Claimed;
  Trigger trigger = Trigger::Run;
  std::int64_t attempt = 1;  ///< counts from the last run that was not a failure
  Timestamp started_at;
  std::optional<Timestamp> finished_at;
  std::map<std::string, model::RowCounts> counts;  ///< by table
  std::uint64_t bytes_read = 0;
  std::string load_id;  ///< empty until rows are staged
  std::string fingerprint;
  std::string error_code;  ///< name(ErrorCode); empty unless it failed
  std::string error_message;
  std::vector<std::string> warnings;
  Process process;  ///< who runs it

  bool operator==(const Run&) const = default;
};

/// What is known of a partition: how its newest finished run ended, and the newest proven load,
/// which stays known when later runs fail.
struct PartitionStatus {
  std::string pipeline;
  std::string partition;
  RunState state = RunState::Succeeded;
  std::string run_id;
  Timestamp updated_at;
  std::optional<Timestamp> loaded_at;  ///< nothing: never proven loaded or empty
  std::string load_id;                 ///< of the proven load, as all below
  std::string fingerprint;
  std::map<std::string, model::RowCounts> counts;

  bool operator==(const PartitionStatus&) const = default;
};

/// Something that happened in a run, in the past tense: run_started{input: "a.jsonl"}.
struct Event {
  Timestamp time;
  std::string run_id;
  std::string level;  ///< debug, info, warn or error
  std::string name;
  std::string fields = "{}";  ///< a JSON object

  bool operator==(const Event&) const = default;
};

/// An identifier of 26 characters that sorts by time: 48 bits of milliseconds, 80 random bits, in
/// Crockford's base 32. Used for run ids and load ids.
std::string make_id(Timestamp now, const std::array<std::uint8_t, 10>& random);

}  // namespace weir::state

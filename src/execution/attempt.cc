// SPDX-License-Identifier: Apache-2.0
#include "execution/attempt.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/json_text.h"
#include "base/text.h"
#include "execution/account_json.h"
#include "execution/crash_point.h"
#include "execution/fingerprint.h"

namespace weir::execution {
namespace {

std::string json_string(std::string_view text) {
  std::string json;
  write_json_string(json, text);
  return json;
}

/// Errors that another attempt at the same content would meet again.
bool blames_content(const Error& error) { return error.code() == ErrorCode::DataMismatch; }

}  // namespace

Runner::Attempt::Attempt(Runner& runner, const model::Partition& partition, const RunOptions& options,
                         Observer& observer)
    : runner_(runner),
      pipeline_(runner.pipeline_),
      services_(runner.services_),
      partition_(partition),
      options_(options),
      observer_(observer),
      fresh_start_(*pipeline_.source) {
  run_.pipeline = pipeline_.name;
  run_.partition = partition.key;
  run_.trigger = options.trigger;
  run_.started_at = services_.clock.now();
}

RunOutcome Runner::Attempt::load() {
  auto result = claim();
  if (result.ok()) result = load_partition();
  if (claimed_) result = settle(std::move(result));
  return finish(result);
}

RunOutcome Runner::Attempt::replay(const RowsToReplay& rows) {
  auto result = claim();
  if (result.ok()) result = replay_rows(rows);
  return finish(result);
}

void Runner::Attempt::crash_point(std::string_view point) const {
  execution::crash_point(point, services_.environment);
}

Result<void> Runner::Attempt::claim() {
  const auto now = services_.clock.now();
  lock_ = TRY(state::PartitionLock::acquire(services_.folder, pipeline_.name, partition_.key, now));
  run_ = TRY(services_.state.runs().begin({.run_id = state::make_id(now, services_.random()),
                                           .pipeline = pipeline_.name,
                                           .partition = partition_.key,
                                           .trigger = options_.trigger,
                                           .now = now,
                                           .process = state::current_process()}));
  claimed_ = true;
  crash_point("claimed");
  return {};
}

/// Begins anew, as the next run would, when the source was lost while it was read.
Result<void> Runner::Attempt::load_partition() {
  while (true) {
    fresh_start_.begin();
    run_.warnings.clear();  // those of what was dropped
    auto loaded = load_once();
    if (loaded.ok() || !TRY(starts_afresh())) return loaded;
  }
}

Result<bool> Runner::Attempt::starts_afresh() {
  constexpr std::chrono::milliseconds kSlice{100};  // after which a user who gives up is heard
  const auto random = services_.random();
  auto wait = fresh_start_.next(random[0] / 256.0);
  if (!wait || services_.cancelled) return false;
  const auto& error = *fresh_start_.lost();
  TRY(advance(run_.state, "reading_starts_afresh",
              fmt::format(R"({{"attempt":{},"wait_ms":{},"code":{},"message":{}}})", fresh_start_.started(),
                          wait->count(), json_string(name(error.code())), json_string(error.to_string())),
              "warn"));
  for (; wait->count() > 0 && !services_.cancelled; *wait -= kSlice)
    services_.sleeper.sleep(std::min(*wait, kSlice));
  return !services_.cancelled;
}

Result<void> Runner::Attempt::load_once() {
  const auto& inputs = inputs_ =
      TRY(fresh_start_.watch(pipeline_.source->inputs(partition_)).within("looking for input"));
  run_.fingerprint = fingerprint(pipeline_.definition, inputs);
  auto known = TRY(held());
  TRY(state::settle_quarantine(place(), known.empty() ? "" : known.begin()->second.load_id));
  if (is_complete(known)) {
    if (inputs.empty()) {
      // An input that is gone now was loaded while it was there.
      const bool had_rows = std::any_of(known.begin(), known.end(),
                                        [](const auto& entry) { return entry.second.counts.read > 0; });
      if (had_rows) run_.warnings.emplace_back("the input is gone; what it gave stays");
      return confirm(known);
    }
    const bool same = std::all_of(known.begin(), known.end(), [&](const auto& entry) {
      return inputs_of(entry.second.fingerprint) == inputs_of(run_.fingerprint);
    });
    if (same && options_.loaded == RunOptions::Loaded::Skip) return confirm(known);
  }
  if (inputs.empty()) return publish_nothing(run_.fingerprint, known);
  const auto open = [&] { return fresh_start_.watch(pipeline_.source->open(partition_, inputs)); };
  return transfer(open, {.fingerprint = run_.fingerprint, .held = std::move(known)});
}

Result<void> Runner::Attempt::replay_rows(const RowsToReplay& rows_to_replay) {
  auto known = TRY(held());
  if (!is_complete(known)) {
    return fail(ErrorCode::NotFound,
                "partition {} of {} was never loaded; run it, then replay its quarantine", partition_.key,
                pipeline_.name);
  }
  TRY(state::settle_quarantine(place(), known.begin()->second.load_id));
  auto rows = TRY(rows_to_replay());
  const auto partial =
      std::stable_partition(rows.begin(), rows.end(), [](const auto& row) { return !row.partial; });
  Purpose purpose{.fingerprint = known.begin()->second.fingerprint,
                  .held = {},
                  .kind = Purpose::Kind::Replay,
                  .replayed = std::vector<std::uint64_t>(pipeline_.tables.size())};
  purpose.held = std::move(known);
  purpose.left_aside.assign(std::make_move_iterator(partial), std::make_move_iterator(rows.end()));
  rows.erase(partial, rows.end());
  if (!purpose.left_aside.empty()) {
    run_.warnings.push_back(
        fmt::format("{} of the input and {} aside",
                    counted(purpose.left_aside.size(), "row is no whole row", "rows are no whole rows"),
                    purpose.left_aside.size() == 1 ? "stays" : "stay"));
  }
  if (rows.empty()) return confirm(purpose.held);
  for (const auto& row : rows) ++purpose.replayed.at(row.stream);
  for (std::size_t table = 0; table < pipeline_.tables.size(); ++table) {
    const auto set_aside = purpose.held.at(pipeline_.tables[table].target.table).counts.quarantined;
    if (purpose.replayed[table] <= set_aside) continue;
    return fail(ErrorCode::DataMismatch,
                "{} in quarantine, but the ledger knows of {}; run the partition again with --rerun",
                counted(purpose.replayed[table], "row is", "rows are"), set_aside);
  }
  run_.fingerprint = purpose.fingerprint;
  const auto open = [&] { return pipeline_.source->replay(partition_, rows); };
  return transfer(open, purpose);
}

Result<Runner::Attempt::Held> Runner::Attempt::held() const {
  Held held;
  for (auto& entry : TRY(pipeline_.destination->find_load(pipeline_.name, partition_.key)
                             .within("asking the destination what it holds"))) {
    auto table = entry.table;
    if (pipeline_.find_table(table)) held.insert_or_assign(std::move(table), std::move(entry));
  }
  return held;
}

/// Whether every table of the pipeline was loaded; one that was added since was not.
bool Runner::Attempt::is_complete(const Held& held) const { return held.size() == pipeline_.tables.size(); }

/// The destination holds this input already: nothing to do but to remember it.
Result<void> Runner::Attempt::confirm(const Held& held) {
  const auto& known = held.begin()->second;
  run_.load_id = known.load_id;
  run_.fingerprint = known.fingerprint;
  for (const auto& [table, entry] : held) run_.counts[table] = entry.counts;
  if (!known.fingerprint.starts_with(pipeline_.definition + ".")) {
    run_.warnings.push_back(
        "loaded with an earlier definition of this pipeline; --rerun loads it again with the present one");
  }
  return advance(state::RunState::UpToDate, "partition_was_up_to_date",
                 fmt::format(R"({{"load_id":{}}})", json_string(known.load_id)));
}

/// There is no input. The ledger says so, and nothing else is touched: a table that was loaded while
/// there was one keeps its rows and its entry.
Result<void> Runner::Attempt::publish_nothing(const std::string& fingerprint, const Held& held) {
  run_.load_id = state::make_id(services_.clock.now(), services_.random());
  std::vector<model::LedgerEntry> entries;
  for (const auto& table : pipeline_.tables) {
    const auto known = held.find(table.target.table);
    run_.counts[table.target.table] = known == held.end() ? model::RowCounts() : known->second.counts;
    if (known == held.end()) entries.push_back(ledger_entry(table, fingerprint, {}));
  }
  std::unique_lock turn(services_.load_turn);
  auto load = TRY(pipeline_.destination->begin(
      {.load_id = run_.load_id, .pipeline = pipeline_.name, .partition = partition_, .tables = {}}));
  TRY(load->prepare());
  TRY(publish(*load, entries));
  return advance(state::RunState::Empty, "partition_was_empty", R"({"inputs":0})");
}

/// Publishes, and when the answer is an error asks the destination whether it happened all the same.
Result<void> Runner::Attempt::publish(sdk::Load& load, const std::vector<model::LedgerEntry>& entries) {
  const auto published = load.publish(entries);
  if (published.ok()) return {};
  const auto known = held();
  const auto is_held = [&](const model::LedgerEntry& entry) {
    const auto found = known->find(entry.table);
    return found != known->end() && found->second.load_id == run_.load_id;
  };
  if (known.ok() && std::all_of(entries.begin(), entries.end(), is_held)) return {};
  return Result<void>(published).within("publishing");
}

/// A run that could not be filed away is not done: the next one finds it loaded and files it.
Result<void> Runner::Attempt::settle(Result<void> result) {
  if (pipeline_.partitions.every != model::Every::Object) return result;
  if (!result.ok() && !blames_content(result.error())) return result;
  const auto outcome = result.ok() ? sdk::Settlement::Outcome::Loaded : sdk::Settlement::Outcome::Bad;
  if (!result.ok()) {
    run_.error_code = name(result.error().code());
    run_.error_message = result.error().to_string();
  }
  const auto done = pipeline_.source->settle(partition_, {outcome, report_json(run_), inputs_});
  if (!done.ok()) {
    if (result.ok()) return Failure(done.error().within("the rows are loaded, but filing the input away"));
    run_.warnings.push_back("the input could not be filed away: " + done.error().to_string());
    return result;
  }
  crash_point("filed");
  std::vector<state::Event> events;
  for (const auto& what : *done) {
    events.push_back({services_.clock.now(), run_.run_id, "info", "input_filed",
                      fmt::format(R"({{"what":{}}})", json_string(what))});
  }
  if (events.empty()) return result;
  TRY(services_.state.runs().record(run_, events));
  for (const auto& event : events) observer_.on_event(run_, event);
  return result;
}

Result<void> Runner::Attempt::advance(state::RunState to, std::string event, std::string fields,
                                      std::string level) {
  run_.state = to;
  const auto now = services_.clock.now();
  if (state::is_final(to)) run_.finished_at = now;
  const state::Event happened{now, run_.run_id, std::move(level), std::move(event), std::move(fields)};
  TRY(services_.state.runs().record(run_, {&happened, 1}));
  observer_.on_event(run_, happened);
  if (state::is_final(to)) crash_point("recorded");
  return {};
}

RunOutcome Runner::Attempt::finish(const Result<void>& result) {
  RunOutcome outcome;
  if (!result.ok()) {
    const auto& error = result.error();
    outcome.error = error;
    run_.error_code = name(error.code());
    run_.error_message = error.to_string();
    const auto state =
        error.code() == ErrorCode::Cancelled ? state::RunState::Cancelled : state::RunState::Failed;
    const auto fields = fmt::format(R"({{"code":{},"message":{}}})", json_string(run_.error_code),
                                    json_string(run_.error_message));
    run_.state = state;
    run_.finished_at = services_.clock.now();
    if (claimed_) {
      const auto recorded = advance(state, state == state::RunState::Failed ? "run_failed" : "run_cancelled",
                                    fields, state == state::RunState::Failed ? "error" : "warn");
      if (!recorded.ok())
        run_.warnings.push_back("the run could not be recorded: " + recorded.error().to_string());
    }
  }
  outcome.run = run_;
  return outcome;
}

}  // namespace weir::execution

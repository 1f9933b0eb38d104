// SPDX-License-Identifier: Apache-2.0
#include "execution/attempt.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/json_text.h"
#include "execution/block_queue.h"
#include "execution/crash_point.h"
#include "execution/fingerprint.h"
#include "execution/stage.h"

namespace weir::execution {
namespace {

std::string json_string(std::string_view text) {
  std::string json;
  write_json_string(json, text);
  return json;
}

std::string counts_as_json(const model::RowCounts& counts) {
  return fmt::format(
      R"({{"read":{},"added":{},"loaded":{},"filtered":{},"deduplicated":{},"quarantined":{}}})", counts.read,
      counts.added, counts.loaded, counts.filtered, counts.deduplicated, counts.quarantined);
}

}  // namespace

Runner::Attempt::Attempt(Runner& runner, const model::Partition& partition, const RunOptions& options,
                         Observer& observer)
    : runner_(runner),
      pipeline_(runner.pipeline_),
      services_(runner.services_),
      partition_(partition),
      options_(options),
      observer_(observer) {
  run_.pipeline = pipeline_.name;
  run_.partition = partition.key;
  run_.trigger = options.trigger;
  run_.started_at = services_.clock.now();
}

RunOutcome Runner::Attempt::load() {
  auto result = claim();
  if (result.ok()) result = load_partition();
  return finish(std::move(result));
}

RunOutcome Runner::Attempt::replay(const RowsToReplay& rows) {
  auto result = claim();
  if (result.ok()) result = replay_rows(rows);
  return finish(std::move(result));
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

Result<void> Runner::Attempt::load_partition() {
  const auto inputs = TRY(pipeline_.source->inputs(partition_).within("looking for input"));
  run_.fingerprint = fingerprint(pipeline_.definition, inputs);
  const auto known = TRY(known_load());
  TRY(state::settle_quarantine(place(), known ? known->load_id : ""));
  if (inputs.empty() && known) {
    // An input that is gone now was loaded while it was there.
    if (known->counts.read > 0) run_.warnings.emplace_back("the input is gone; what it gave stays");
    return confirm(*known);
  }
  const bool same = known && inputs_of(known->fingerprint) == inputs_of(run_.fingerprint);
  if (same && options_.loaded == RunOptions::Loaded::Skip) return confirm(*known);
  if (inputs.empty()) return publish_nothing(run_.fingerprint);
  const auto open = [&] { return pipeline_.source->open(partition_, inputs); };
  return transfer(open, {pipeline_.target.write, run_.fingerprint, known, std::nullopt, 0, {}});
}

Result<void> Runner::Attempt::replay_rows(const RowsToReplay& rows_to_replay) {
  const auto known = TRY(known_load());
  if (!known) {
    return fail(ErrorCode::NotFound,
                "partition {} of {} was never loaded; run it, then replay its quarantine", partition_.key,
                pipeline_.name);
  }
  TRY(state::settle_quarantine(place(), known->load_id));
  auto rows = TRY(rows_to_replay());
  const auto partial =
      std::stable_partition(rows.begin(), rows.end(), [](const auto& row) { return !row.partial; });
  std::vector<sdk::Reject> left_aside(std::make_move_iterator(partial), std::make_move_iterator(rows.end()));
  rows.erase(partial, rows.end());
  if (!left_aside.empty()) {
    run_.warnings.push_back(
        fmt::format("{} rows are not whole rows of the input and stay aside", left_aside.size()));
  }
  if (rows.empty()) return confirm(*known);
  if (rows.size() > known->counts.quarantined) {
    return fail(ErrorCode::DataMismatch,
                "{} rows are in quarantine, but the ledger knows of {}; run the partition again with --rerun",
                rows.size(), known->counts.quarantined);
  }
  run_.fingerprint = known->fingerprint;
  const auto open = [&] { return pipeline_.source->replay(partition_, rows); };
  const bool merges = pipeline_.target.write == model::WriteMode::Merge;
  return transfer(open, {merges ? model::WriteMode::Merge : model::WriteMode::Append, known->fingerprint,
                         known, known, rows.size(), std::move(left_aside)});
}

Result<std::optional<model::LedgerEntry>> Runner::Attempt::known_load() const {
  const auto entries = TRY(pipeline_.destination->find_load(pipeline_.name, partition_.key)
                               .within("asking the destination what it holds"));
  for (const auto& entry : entries) {
    if (entry.table == pipeline_.target.table) return std::optional(entry);
  }
  return std::optional<model::LedgerEntry>();
}

/// The destination holds this input already: nothing to do but to remember it.
Result<void> Runner::Attempt::confirm(const model::LedgerEntry& known) {
  run_.load_id = known.load_id;
  run_.fingerprint = known.fingerprint;
  run_.counts[pipeline_.target.table] = known.counts;
  if (!known.fingerprint.starts_with(pipeline_.definition + ".")) {
    run_.warnings.push_back(
        "loaded with an earlier definition of this pipeline; --rerun loads it again with the present one");
  }
  return advance(state::RunState::UpToDate, "partition_was_up_to_date",
                 fmt::format(R"({{"load_id":{}}})", json_string(known.load_id)));
}

/// There is no input. The ledger says so, and nothing else is touched.
Result<void> Runner::Attempt::publish_nothing(const std::string& fingerprint) {
  run_.load_id = state::make_id(services_.clock.now(), services_.random());
  run_.counts[pipeline_.target.table] = {};
  std::unique_lock turn(services_.load_turn);
  auto request = load_request({}, false, model::WriteMode::Append);
  request.tables.clear();
  auto load = TRY(pipeline_.destination->begin(request));
  TRY(load->prepare());
  TRY(publish(*load, ledger_entry(fingerprint, {})));
  return advance(state::RunState::Empty, "partition_was_empty", R"({"inputs":0})");
}

sdk::LoadRequest Runner::Attempt::load_request(const model::Schema& schema, bool skip_known_keys,
                                               model::WriteMode write) const {
  sdk::LoadRequest request;
  request.load_id = run_.load_id;
  request.pipeline = pipeline_.name;
  request.partition = partition_;
  request.tables.push_back({.table = pipeline_.target.table,
                            .schema = schema,
                            .write = write,
                            .key = pipeline_.target.key,
                            .partition_column = pipeline_.partitions.column,
                            .skip_known_keys = skip_known_keys});
  return request;
}

model::LedgerEntry Runner::Attempt::ledger_entry(const std::string& fingerprint,
                                                 const model::RowCounts& counts) const {
  model::LedgerEntry entry;
  entry.load_id = run_.load_id;
  entry.pipeline = pipeline_.name;
  entry.partition = partition_.key;
  entry.table = pipeline_.target.table;
  entry.counts = counts;
  entry.fingerprint = fingerprint;
  entry.started_at = run_.started_at;
  entry.published_at = services_.clock.now();
  return entry;
}

/// Moves all rows of an extraction into the destination and publishes them.
Result<void> Runner::Attempt::transfer(const Reopen& open, const Purpose& purpose) {
  const auto opened = TRY(open());
  auto& extraction = *opened;
  TRY(advance(state::RunState::Extracting, "extraction_started",
              fmt::format(R"({{"bytes":{}}})", extraction.bytes_total())));
  auto* workers = TRY(runner_.workers_for(partition_, extraction.schema(0), open));
  const auto& program = workers->program();
  if (purpose.onto && needs_stage(program)) {
    return fail(
        ErrorCode::Unsupported,
        "this pipeline has a transform that needs all rows of a partition at once (sql, or deduplicate "
        "that the destination cannot do); mend the input and run the partition again with --rerun");
  }
  const auto write = TRY(write_mode(purpose, program));
  run_.load_id = state::make_id(services_.clock.now(), services_.random());
  std::unique_lock turn(services_.load_turn, std::defer_lock);
  if (!pipeline_.destination->capabilities().concurrent_loads) turn.lock();
  const bool skip_known_keys = program.skip_known_keys || program.known_keys_are_duplicates;
  auto load = TRY(pipeline_.destination->begin(load_request(program.output, skip_known_keys, write))
                      .within("preparing table " + pipeline_.target.table));
  state::QuarantineWriter quarantine(place());
  // Rows of a replay were counted as bad already; those that still are stay where they were.
  const auto limit = purpose.onto ? BadRowLimit{} : pipeline_.max_bad_rows;
  Writer writer({*load, quarantine, limit, run_.run_id, services_.clock.now()});
  auto streamed = stream(extraction, *workers, writer);
  run_.counts[pipeline_.target.table] = writer.counts();
  run_.bytes_read = extraction.bytes_read();
  run_.warnings = extraction.warnings();
  for (const auto& geocoder : runner_.geocoders_) {
    for (auto& warning : geocoder->take_warnings()) run_.warnings.push_back(std::move(warning));
  }
  TRY(std::move(streamed));
  crash_point("extracted");
  TRY(writer.finish());
  TRY(load->prepare());
  TRY(model::conserve(writer.counts()));
  TRY(advance(state::RunState::Staged, "rows_staged", counts_as_json(writer.counts())));
  crash_point("staged");
  for (const auto& row : purpose.left_aside) {
    TRY(quarantine.add({row.input, row.line, row.offset, row.reason, row.bytes, row.partial, run_.run_id,
                        services_.clock.now()}));
  }
  TRY(quarantine.prepare(run_.load_id).within("setting bad rows aside"));
  TRY(publish(*load, TRY(entry_of(purpose, writer.counts(), extraction.content_hash()))));
  crash_point("published");
  TRY(quarantine.commit().within("the load is published, but setting bad rows aside"));
  const auto state = writer.counts().read > 0 ? state::RunState::Succeeded : state::RunState::Empty;
  return advance(state, "load_published", counts_as_json(writer.counts()));
}

/// How the rows are written, so that a partition that is loaded again is never doubled, and rows that
/// were in the table before weir are not removed by the first load of their partition.
Result<model::WriteMode> Runner::Attempt::write_mode(const Purpose& purpose,
                                                     const transforms::Program& program) const {
  if (purpose.onto || program.skip_known_keys) {
    const bool first = !purpose.onto && (!purpose.known || purpose.known->counts.loaded == 0);
    const bool by_window = partition_.window && !pipeline_.partitions.column.empty();
    const bool replaces = purpose.write == model::WriteMode::ReplacePartition;
    return first && by_window && replaces ? model::WriteMode::Append : purpose.write;
  }
  if (purpose.write == model::WriteMode::Append && purpose.known && purpose.known->counts.loaded > 0) {
    return fail(ErrorCode::Unsupported,
                "the partition is loaded, and write: append would load its rows a second time; use "
                "replace_partition, or merge with a key");
  }
  return purpose.write;
}

/// The ledger entry of a load: its own account, or for a replay that of the load below it, in which
/// the replayed rows are no longer quarantined.
Result<model::LedgerEntry> Runner::Attempt::entry_of(const Purpose& purpose, const model::RowCounts& counts,
                                                     const std::string& content_hash) const {
  auto total = counts;
  if (purpose.onto) {
    total = purpose.onto->counts;
    total.read -= purpose.replayed;
    total.quarantined -= purpose.replayed;
    total += counts;
  }
  TRY(model::conserve(total));
  auto entry = ledger_entry(purpose.fingerprint, total);
  entry.content_hash = purpose.onto ? purpose.onto->content_hash : content_hash;
  return entry;
}

Result<void> Runner::Attempt::stream(sdk::Extraction& extraction, Workers& workers, Writer& writer) {
  const auto& program = workers.program();
  std::optional<Stage> stage;
  if (needs_stage(program)) stage.emplace(TRY(Stage::open(workers)));
  Progress progress{0, extraction.bytes_total(), 0};
  const auto deliver = [&](WorkedBlock& worked) -> Result<void> {
    auto& counts = writer.counts();
    counts.read += worked.rows.rows() + worked.rejects.size();
    for (auto& reject : worked.rejects) TRY(writer.quarantine(std::move(reject)));
    const auto& origins = worked.rows.origins();
    std::uint64_t came_out = 0;
    for (const auto& chunk : worked.chunks) {
      const auto view = chunk.view();
      came_out += view.rows;
      TRY(Writer::split(
          view,
          [&](std::size_t, std::int64_t number, std::string_view reason) -> Result<void> {
            return writer.quarantine(
                worked.block->reject(origins[static_cast<std::size_t>(number)], std::string(reason)));
          },
          [&](const model::BatchView& data, const std::int64_t* numbers) -> Result<void> {
            const auto origin = [&](std::size_t row, std::string reason) -> Result<sdk::Reject> {
              return worked.block->reject(origins[static_cast<std::size_t>(numbers[row])], std::move(reason));
            };
            return stage ? stage->append(data, origin) : writer.write(data, origin);
          }));
    }
    counts.filtered += worked.rows.rows() - came_out;
    progress.bytes_read = extraction.bytes_read();
    progress.rows_read = counts.read;
    observer_.on_progress(run_, progress);
    return {};
  };
  TRY(work_off(extraction, workers.prepare(partition_.window), deliver, services_.cancelled));
  return stage ? stage->finish(writer) : Result<void>();
}

/// Publishes, and when the answer is an error asks the destination whether it happened all the same.
Result<void> Runner::Attempt::publish(sdk::Load& load, const model::LedgerEntry& entry) {
  const auto published = load.publish({entry});
  if (published.ok()) return {};
  const auto known = known_load();
  if (known.ok() && *known && (*known)->load_id == entry.load_id) return {};
  return Result<void>(published).within("publishing");
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

RunOutcome Runner::Attempt::finish(Result<void> result) {
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

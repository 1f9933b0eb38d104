// SPDX-License-Identifier: Apache-2.0
// The part of an attempt that moves rows: from the extraction through the transforms of each table
// into the load, counted and published.
#include <algorithm>
#include <utility>

#include "execution/account_json.h"
#include "execution/attempt.h"
#include "execution/block_queue.h"

namespace weir::execution {
namespace {

/// Rows of a replay were counted as bad already; those that still are stay where they were.
constexpr BadRowLimit kNoLimit{};

bool is_clean(const model::BatchView& rows) {
  const auto& errors = rows.columns.back();
  for (std::size_t row = 0; row < rows.rows; ++row) {
    if (!errors.is_null(row)) return false;
  }
  return true;
}

/// Makes the bytes of a block's rows unless one of them has to be set aside.
Result<void> encode(WorkedBlock& worked, sdk::RowEncoder& encoder) {
  std::vector<model::BatchView> data;
  auto& encoded = worked.encoded;
  encoded.rows = 0;
  for (const auto& chunk : worked.chunks) {
    const auto view = chunk.view();
    if (!is_clean(view)) return {};
    data.push_back({view.rows, view.columns.first(view.columns.size() - 2)});
    encoded.rows += view.rows;
  }
  TRY(encoder.encode(data, encoded.bytes));
  encoded.is_block = true;
  return {};
}

}  // namespace

/// Moves all rows of an extraction into the destination and publishes them.
Result<void> Runner::Attempt::transfer(const Reopen& open, const Purpose& purpose) {
  const auto opened = watched(TRY(open()), fresh_start_);
  auto& extraction = *opened;
  TRY(advance(state::RunState::Extracting, "extraction_started",
              fmt::format(R"({{"bytes":{}}})", extraction.bytes_total())));
  const auto workers = TRY(compile(extraction, open, purpose));
  run_.load_id = state::make_id(services_.clock.now(), services_.random());
  std::unique_lock turn(services_.load_turn, std::defer_lock);
  if (!pipeline_.destination->capabilities().concurrent_loads) turn.lock();
  auto load = TRY(pipeline_.destination->begin(TRY(load_request(workers, purpose)))
                      .within("preparing " + pipeline_.table_names()));
  state::QuarantineWriter quarantine(place());
  auto lanes = TRY(make_lanes(workers, purpose, *load, quarantine));
  auto streamed = stream(extraction, lanes);
  take_account(extraction, lanes);
  TRY(std::move(streamed));
  crash_point("extracted");
  for (const auto& lane : lanes) TRY(lane.writer.finish());
  if (changes_nothing(purpose, lanes)) {
    // What was staged goes with the load, and quarantine keeps the rows as they are.
    for (const auto& lane : lanes) {
      if (lane.writer.counts().quarantined > 0) run_.warnings.push_back(lane.writer.still_bad());
    }
    return confirm(purpose.held);
  }
  TRY(load->prepare());
  TRY(take_late_refusals(*load, open, lanes));
  for (const auto& lane : lanes) TRY(model::conserve(lane.writer.counts()));
  TRY(advance(state::RunState::Staged, "rows_staged", counts_json(run_.counts)));
  crash_point("staged");
  for (const auto& row : purpose.left_aside) {
    TRY(quarantine.add({row.input, row.line, row.offset, row.reason, row.bytes, row.partial, run_.run_id,
                        services_.clock.now(),
                        pipeline_.tables.size() > 1 ? pipeline_.tables[row.stream].target.table : ""}));
  }
  TRY(quarantine.prepare(run_.load_id).within("setting bad rows aside"));
  TRY(publish(*load, TRY(entries_of(purpose, lanes, extraction.content_hash()))));
  crash_point("published");
  TRY(quarantine.commit().within("the load is published, but setting bad rows aside"));
  const bool any =
      std::any_of(lanes.begin(), lanes.end(), [](const Lane& lane) { return lane.writer.counts().read > 0; });
  return advance(any ? state::RunState::Succeeded : state::RunState::Empty, "load_published",
                 counts_json(run_.counts));
}

Result<std::vector<Workers*>> Runner::Attempt::compile(const sdk::Extraction& extraction, const Reopen& open,
                                                       const Purpose& purpose) {
  std::vector<Workers*> workers;
  for (std::size_t table = 0; table < pipeline_.tables.size(); ++table) {
    workers.push_back(TRY(runner_.workers_for(table, partition_, extraction.schema(table), open)
                              .within("table " + pipeline_.tables[table].target.table)));
    if (purpose.kind == Purpose::Kind::Replay && needs_stage(workers.back()->program())) {
      return fail(
          ErrorCode::Unsupported,
          "this pipeline has a transform that needs all rows of a partition at once (sql, or deduplicate "
          "that the destination cannot do); mend the input and run the partition again with --rerun");
    }
  }
  return workers;
}

Result<sdk::LoadRequest> Runner::Attempt::load_request(const std::vector<Workers*>& workers,
                                                       const Purpose& purpose) const {
  sdk::LoadRequest request{
      .load_id = run_.load_id, .pipeline = pipeline_.name, .partition = partition_, .tables = {}};
  for (std::size_t i = 0; i < workers.size(); ++i) {
    const auto& table = pipeline_.tables[i];
    const auto& program = workers[i]->program();
    // Asked first: what is left in the middle of a braced list is not destroyed.
    const auto write = TRY(write_mode(table, purpose, program));
    request.tables.push_back(
        {.table = table.target.table,
         .schema = program.output,
         .write = write,
         .key = table.target.key,
         .partition_column = pipeline_.partitions.column,
         .skip_known_keys = program.skip_known_keys || program.known_keys_are_duplicates});
  }
  return request;
}

/// How the rows are written, so that a partition that is loaded again is never doubled, and rows that
/// were in the table before weir are not removed by the first load of their partition.
Result<model::WriteMode> Runner::Attempt::write_mode(const Table& table, const Purpose& purpose,
                                                     const transforms::Program& program) const {
  const auto configured = table.target.write;
  if (purpose.kind == Purpose::Kind::Replay)
    return configured == model::WriteMode::Merge ? configured : model::WriteMode::Append;
  const auto known = purpose.held.find(table.target.table);
  const bool holds_rows = known != purpose.held.end() && known->second.counts.loaded > 0;
  if (program.skip_known_keys) {
    const bool by_window = partition_.window && !pipeline_.partitions.column.empty();
    const bool replaces = configured == model::WriteMode::ReplacePartition;
    return !holds_rows && by_window && replaces ? model::WriteMode::Append : configured;
  }
  if (configured == model::WriteMode::Append && holds_rows) {
    const bool is_object = pipeline_.partitions.every == model::Every::Object;
    return fail(ErrorCode::Unsupported,
                "{}, and write: append would load its rows into {} a second time; use "
                "replace_partition, or merge with a key",
                is_object ? "an object of this key is loaded" : "the partition is loaded",
                table.target.table);
  }
  return configured;
}

Result<std::vector<Runner::Attempt::Lane>> Runner::Attempt::make_lanes(
    const std::vector<Workers*>& workers, const Purpose& purpose, sdk::Load& load,
    state::QuarantineWriter& quarantine) const {
  const auto& limit = purpose.kind == Purpose::Kind::Replay ? kNoLimit : pipeline_.max_bad_rows;
  std::vector<Lane> lanes;
  lanes.reserve(workers.size());
  for (std::size_t i = 0; i < workers.size(); ++i) {
    const auto name = workers.size() > 1 ? pipeline_.tables[i].target.table : "";
    lanes.push_back(
        {*workers[i], Writer({load, i, name, &quarantine, limit, run_.run_id, services_.clock.now()}), {}});
    if (needs_stage(workers[i]->program())) lanes.back().stage.emplace(TRY(Stage::open(*workers[i])));
  }
  return lanes;
}

/// What the threads do with each block, whatever table it is for.
std::vector<Work> Runner::Attempt::work_of(const std::vector<Lane>& lanes) const {
  std::vector<std::vector<Work>> by_table;
  for (const auto& lane : lanes) by_table.push_back(lane.workers.prepare(partition_.window));
  std::vector<Work> work;
  for (std::size_t thread = 0; thread < by_table.front().size(); ++thread) {
    std::vector<Work> of_thread;
    std::vector<std::shared_ptr<sdk::RowEncoder>> encoders;
    for (auto& works : by_table) of_thread.push_back(std::move(works[thread]));
    for (const auto& lane : lanes) encoders.push_back(lane.stage ? nullptr : lane.writer.encoder());
    work.emplace_back([of_thread = std::move(of_thread),
                       encoders = std::move(encoders)](WorkedBlock& worked) -> Result<void> {
      TRY(of_thread[worked.stream](worked));
      const auto& encoder = encoders[worked.stream];
      return encoder ? encode(worked, *encoder) : Result<void>();
    });
  }
  return work;
}

Result<void> Runner::Attempt::stream(sdk::Extraction& extraction, std::vector<Lane>& lanes) {
  Progress progress{0, extraction.bytes_total(), 0};
  const auto pass_on = [&](WorkedBlock& worked) -> Result<void> {
    progress.rows_read += worked.rows.rows() + worked.rejects.size();
    TRY(deliver(worked, lanes[worked.stream]));
    progress.bytes_read = worked.bytes_read;
    observer_.on_progress(run_, progress);
    return {};
  };
  TRY(work_off(extraction, work_of(lanes), pass_on, services_.cancelled));
  for (auto& lane : lanes) {
    if (lane.stage) TRY(lane.stage->finish(lane.writer));
  }
  return {};
}

Result<void> Runner::Attempt::deliver(WorkedBlock& worked, Lane& lane) {
  auto& writer = lane.writer;
  auto& counts = writer.counts();
  counts.read += worked.rows.rows() + worked.rejects.size();
  for (auto& reject : worked.rejects) TRY(writer.quarantine(std::move(reject)));
  const auto& origins = worked.rows.origins();
  std::uint64_t came_out = 0;
  for (const auto& chunk : worked.chunks) {
    const auto view = chunk.view();
    came_out += view.rows;
    if (worked.encoded.is_block) continue;
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
          return lane.stage ? lane.stage->append(data, origin) : writer.write(data, origin);
        }));
  }
  if (worked.encoded.is_block) TRY(writer.write(worked.encoded));
  counts.filtered += worked.rows.rows() - came_out;
  return {};
}

/// What the run knows of its rows so far, also when it fails.
void Runner::Attempt::take_account(const sdk::Extraction& extraction, const std::vector<Lane>& lanes) {
  for (std::size_t i = 0; i < lanes.size(); ++i)
    run_.counts[pipeline_.tables[i].target.table] = lanes[i].writer.counts();
  run_.bytes_read = extraction.bytes_read();
  for (auto& warning : extraction.warnings()) run_.warnings.push_back(std::move(warning));
  for (auto& warning : fresh_start_.warnings()) run_.warnings.push_back(std::move(warning));
  for (const auto& compiled : runner_.compiled_) {
    for (const auto& geocoder : compiled.geocoders) {
      for (auto& warning : geocoder->take_warnings()) run_.warnings.push_back(std::move(warning));
    }
  }
}

bool Runner::Attempt::changes_nothing(const Purpose& purpose, const std::vector<Lane>& lanes) {
  if (purpose.kind != Purpose::Kind::Replay) return false;
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    if (lanes[i].writer.counts().quarantined != purpose.replayed[i]) return false;
  }
  return true;
}

/// The ledger entries of a load: the account of each table, or for a replay that of the load below
/// it, in which the replayed rows are no longer quarantined.
Result<std::vector<model::LedgerEntry>> Runner::Attempt::entries_of(const Purpose& purpose,
                                                                    const std::vector<Lane>& lanes,
                                                                    const std::string& content_hash) const {
  std::vector<model::LedgerEntry> entries;
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const auto& table = pipeline_.tables[i];
    auto total = lanes[i].writer.counts();
    auto hash = content_hash;
    if (purpose.kind == Purpose::Kind::Replay) {
      const auto& below = purpose.held.at(table.target.table);
      total = below.counts;
      total.read -= purpose.replayed[i];
      total.quarantined -= purpose.replayed[i];
      total += lanes[i].writer.counts();
      hash = below.content_hash;
    }
    TRY(model::conserve(total));
    entries.push_back(ledger_entry(table, purpose.fingerprint, total));
    entries.back().content_hash = hash;
    if (purpose.kind == Purpose::Kind::Replay)
      entries.back().cursor = purpose.held.at(table.target.table).cursor;
  }
  return entries;
}

model::LedgerEntry Runner::Attempt::ledger_entry(const Table& table, const std::string& fingerprint,
                                                 const model::RowCounts& counts) const {
  model::LedgerEntry entry;
  entry.load_id = run_.load_id;
  entry.pipeline = pipeline_.name;
  entry.partition = partition_.key;
  entry.table = table.target.table;
  entry.counts = counts;
  entry.fingerprint = fingerprint;
  entry.cursor = options_.cursor;
  entry.started_at = run_.started_at;
  entry.published_at = services_.clock.now();
  return entry;
}

}  // namespace weir::execution

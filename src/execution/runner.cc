// SPDX-License-Identifier: Apache-2.0
#include "execution/runner.h"

#include <algorithm>
#include <utility>

#include "execution/attempt.h"

namespace weir::execution {

model::RowCounts RunOutcome::counts() const {
  model::RowCounts sum;
  for (const auto& [table, counts] : run.counts) sum += counts;
  return sum;
}

RunOutcome Runner::run(const model::Partition& partition, const RunOptions& options, Observer& observer) {
  Attempt attempt(*this, partition, options, observer);
  return attempt.load();
}

RunOutcome Runner::replay(const model::Partition& partition, const RowsToReplay& rows, Observer& observer) {
  Attempt attempt(*this, partition,
                  {.trigger = state::Trigger::Replay, .loaded = RunOptions::Loaded::LoadAgain}, observer);
  return attempt.replay(rows);
}

Result<std::vector<transforms::Program>> Runner::programs(const model::Partition& partition) {
  const auto inputs = TRY(pipeline_.source->inputs(partition));
  if (inputs.empty()) {
    return fail(ErrorCode::NotFound, "partition {} has no input to look at; choose one that has",
                partition.key);
  }
  const auto open = [&] { return pipeline_.source->open(partition, inputs); };
  const auto extraction = TRY(open());
  std::vector<transforms::Program> programs;
  for (std::size_t table = 0; table < pipeline_.tables.size(); ++table) {
    programs.push_back(TRY(workers_for(table, partition, extraction->schema(table), open))->program());
  }
  return programs;
}

/// Compiles once for each input schema; pipelines with declared columns have only one. SQL that
/// names the partition is compiled for each.
Result<Workers*> Runner::workers_for(std::size_t table, const model::Partition& partition,
                                     const model::Schema& input, const Reopen& reopen) {
  const auto& rules = pipeline_.tables[table];
  auto transforms = rules.transforms;
  std::string queries;
  for (auto& transform : transforms) {
    auto* sql = std::get_if<transforms::Sql>(&transform.verb);
    if (sql == nullptr) continue;
    sql->query = TRY(model::expand(sql->query, partition).within("sql transform"));
    queries += sql->query;
  }
  compiled_.resize(pipeline_.tables.size());
  auto& compiled = compiled_[table];
  if (compiled.workers != nullptr && compiled.workers->input() == input && compiled.queries == queries)
    return compiled.workers.get();
  compiled.workers.reset();
  transforms::ProgramContext context;
  context.input = input;
  context.key = rules.target.key;
  // A merge replaces the rows of a known key, so it cannot leave them out as well.
  context.destination_resolves_keys =
      pipeline_.destination->capabilities().resolves_keys && rules.target.write != model::WriteMode::Merge;
  // A source that follows a cursor gives the rows of the window, and those of its overlap on purpose.
  const bool by_cursor = pipeline_.partitions.every == model::Every::Cursor;
  if (partition.window && !by_cursor) context.partition_column = pipeline_.partitions.column;
  context.refuse_outside_window = TRY(has_inputs_of_its_own(partition));
  context.sample = [&](const std::string& column) { return sample_of(table, column, reopen); };
  context.resolve_secret = [&](const config::SecretReference& reference) {
    config::Diagnostics warnings;
    return config::resolve(reference, services_.environment, warnings);
  };
  compiled.geocoders.clear();
  context.open_geocoder =
      [&](const geocoding::GeocodeOptions& options) -> Result<std::shared_ptr<geocoding::Geocoder>> {
    auto geocoder = services_.open_geocoder(options);
    if (geocoder.ok()) compiled.geocoders.push_back(*geocoder);
    return geocoder;
  };
  const auto memory = pipeline_.memory_bytes / 3 / services_.runners / pipeline_.tables.size();
  compiled.workers =
      TRY(Workers::create(transforms, rules.checks, context,
                          {SpillFolder::create(services_.folder + "/spill"), memory, services_.workers}));
  compiled.queries = std::move(queries);
  return compiled.workers.get();
}

/// Whether nobody else reads this partition's inputs. A daily file serves all hours of its day, so
/// its rows of other hours are for their partitions.
Result<bool> Runner::has_inputs_of_its_own(const model::Partition& partition) const {
  if (!partition.window || !pipeline_.source->partitions_inputs()) return false;
  const auto every = pipeline_.partitions.every;
  if (every == model::Every::Cursor) return true;
  const auto inputs_of = [&](const model::Partition& each) {
    return ask(*pipeline_.source, services_.sleeper, services_.cancelled,
               [&] { return pipeline_.source->inputs(each); });
  };
  const auto own = TRY(inputs_of(partition));
  for (const auto neighbour : {Timestamp{partition.window->start.micros - 1}, partition.window->end}) {
    for (const auto& theirs : TRY(inputs_of(pipeline_.partitions.calendar().partition_of(neighbour)))) {
      const auto is_theirs = [&](const sdk::InputStamp& input) { return input.name == theirs.name; };
      if (std::any_of(own.begin(), own.end(), is_theirs)) return false;
    }
  }
  return true;
}

/// Values of a column in the first block that has rows; none when it cannot be read, or when the first
/// blocks hold bad rows only.
std::vector<std::string> Runner::sample_of(std::size_t stream, const std::string& column,
                                           const Reopen& reopen) {
  constexpr int kMostBlocks = 16;
  std::vector<std::string> values;
  const auto extraction = reopen();
  if (!extraction.ok()) return values;
  const auto index = (*extraction)->schema(stream).find(column);
  model::Batch rows((*extraction)->schema(stream));
  std::vector<sdk::Reject> rejects;
  for (int looked_at = 0; index && rows.rows() == 0 && looked_at < kMostBlocks;) {
    const auto block = (*extraction)->next();
    if (!block.ok() || *block == nullptr) return values;
    if ((*block)->stream() != stream) continue;
    ++looked_at;
    rejects.clear();
    if (!(*block)->decode(rows, rejects).ok()) return values;
    const auto view = rows.view();
    for (std::size_t row = 0; row < view.rows; ++row) {
      if (!view.columns[*index].is_null(row)) values.emplace_back(view.columns[*index].text(row));
    }
  }
  return values;
}

}  // namespace weir::execution

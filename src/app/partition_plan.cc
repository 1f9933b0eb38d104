// SPDX-License-Identifier: Apache-2.0
#include "app/partition_plan.h"

#include <algorithm>
#include <map>

#include "execution/fingerprint.h"

namespace weir::app {
namespace {

/// Where the pipeline begins: as configured, else with its first input.
Result<std::optional<Timestamp>> first_instant(const execution::Pipeline& pipeline) {
  if (pipeline.partitions.from) return pipeline.partitions.from;
  return pipeline.source->earliest();
}

/// The last partition of a range that ends with `to`. It need not be over when it is named itself; of a
/// day of hours it is the last hour that is.
Result<model::Partition> last_in(model::Every every, const std::string& to, Timestamp now) {
  const auto complete = *model::last_complete(every, now);
  if (to.empty()) return complete;
  const auto bound = TRY(model::parse_bound(every, to).within("reading --to"));
  auto last = model::partition_of(every, {bound.end.micros - 1});
  const bool names_it = last.window->start == bound.start;
  if (!names_it && complete.window->start < last.window->start) last = complete;
  if (last.window->start > now || last.window->start < bound.start) {
    return fail(ErrorCode::InvalidConfig, "--to {} {}; the last partition that is over is {}", to,
                bound.start > now ? "has not begun yet" : "has no hour that is over", complete.key);
  }
  return last;
}

std::map<std::string, model::LedgerEntry> newest_entries(std::vector<model::LedgerEntry> entries,
                                                         const std::string& table) {
  std::map<std::string, model::LedgerEntry> newest;  // the ledger is ordered, so later ones win
  for (auto& entry : entries) {
    if (entry.table == table) newest.insert_or_assign(entry.partition, std::move(entry));
  }
  return newest;
}

Need need_of(const PlannedPartition& planned, const std::string& fingerprint, bool recorded) {
  if (!planned.loaded) return Need::NeverLoaded;
  const bool same = planned.inputs.empty() ||
                    execution::inputs_of(planned.loaded->fingerprint) == execution::inputs_of(fingerprint);
  if (!same) return Need::InputChanged;
  return recorded ? Need::UpToDate : Need::Unrecorded;
}

}  // namespace

std::uint64_t PlannedPartition::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& input : inputs) sum += input.size;
  return sum;
}

Result<std::vector<model::Partition>> partitions_in(const execution::Pipeline& pipeline,
                                                    const PartitionRange& range, Timestamp now) {
  const auto every = pipeline.partitions.every;
  if (every == model::Every::None) {
    if (!range.from.empty() || !range.to.empty()) {
      return fail(ErrorCode::InvalidConfig,
                  "{} has no partitions, so it has no range; leave --from and --to out, or set "
                  "partitions.every",
                  pipeline.name);
    }
    return std::vector<model::Partition>{model::partition_of(every, now)};
  }
  const auto last = TRY(last_in(every, range.to, now));
  auto from = last.window->start;
  if (!range.from.empty()) {
    from = TRY(model::parse_bound(every, range.from).within("reading --from")).start;
  } else if (const auto first = TRY(first_instant(pipeline))) {
    from = *first;
  }
  if (!range.from.empty() && from > last.window->start) {
    return fail(ErrorCode::InvalidConfig, "the range ends before it begins: --from {} is after {}",
                range.from, last.key);
  }
  return model::partitions_between(every, from, last.window->end);
}

Result<std::vector<PlannedPartition>> plan_partitions(const execution::Pipeline& pipeline,
                                                      const std::vector<model::Partition>& partitions,
                                                      state::StateStore& state) {
  const auto ledger = newest_entries(
      TRY(pipeline.destination->ledger(pipeline.name).within("asking the destination what it holds")),
      pipeline.target.table);
  // A load that the state has not heard of belongs to a run that was killed behind its publication.
  std::map<std::string, std::string> recorded;
  for (const auto& status : TRY(state.partitions().list(pipeline.name))) {
    if (status.loaded_at) recorded[status.partition] = status.load_id;
  }
  std::vector<PlannedPartition> planned;
  for (const auto& partition : partitions) {
    PlannedPartition next;
    next.partition = partition;
    // Inputs that are the same for all partitions are looked for once.
    next.inputs = planned.empty() || pipeline.source->partitions_inputs()
                      ? TRY(pipeline.source->inputs(partition).within("looking for input"))
                      : planned.front().inputs;
    if (const auto found = ledger.find(partition.key); found != ledger.end()) next.loaded = found->second;
    next.need = need_of(next, execution::fingerprint(pipeline.definition, next.inputs),
                        next.loaded && recorded.contains(partition.key) &&
                            recorded.at(partition.key) == next.loaded->load_id);
    next.definition_changed = next.loaded && !next.inputs.empty() &&
                              !next.loaded->fingerprint.starts_with(pipeline.definition + ".");
    planned.push_back(std::move(next));
  }
  return planned;
}

std::vector<PlannedPartition> needing_work(std::vector<PlannedPartition> partitions) {
  std::erase_if(partitions, [](const PlannedPartition& planned) { return planned.need == Need::UpToDate; });
  return partitions;
}

Result<std::optional<model::Partition>> newest_with_input(const execution::Pipeline& pipeline,
                                                          const std::vector<model::Partition>& partitions) {
  for (auto partition = partitions.rbegin(); partition != partitions.rend(); ++partition) {
    if (!TRY(pipeline.source->inputs(*partition)).empty()) return std::optional(*partition);
  }
  return std::optional<model::Partition>();
}

}  // namespace weir::app

// SPDX-License-Identifier: Apache-2.0
#include "app/partition_plan.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "execution/fingerprint.h"
#include "execution/offers.h"

namespace weir::app {
namespace {

/// Where the pipeline begins: as configured, else with its first input.
Result<std::optional<Timestamp>> first_instant(const execution::Pipeline& pipeline) {
  if (pipeline.partitions.from) return pipeline.partitions.from;
  return pipeline.source->earliest();
}

/// The last partition of a range that ends with `to`. It need not be over when it is named itself; of a
/// day of hours it is the last hour that is.
Result<model::Partition> last_in(const model::Calendar& calendar, const std::string& to, Timestamp now) {
  const auto complete = *calendar.last_complete(now);
  if (to.empty()) return complete;
  const auto bound = TRY(calendar.parse_bound(to).within("reading --to"));
  auto last = calendar.partition_of({bound.end.micros - 1});
  const bool names_it = last.window->start == bound.start;
  if (!names_it && complete.window->start < last.window->start) last = complete;
  if (last.window->start > now || last.window->start < bound.start) {
    return fail(ErrorCode::InvalidConfig, "--to {} {}; the last partition that is over is {}", to,
                bound.start > now ? "has not begun yet" : "has no hour that is over", complete.key);
  }
  return last;
}

Result<std::vector<model::LedgerEntry>> ledger_of(const execution::Pipeline& pipeline) {
  return pipeline.destination->ledger(pipeline.name).within("asking the destination what it holds");
}

/// The newest entry of each partition that all tables of the pipeline have.
std::map<std::string, model::LedgerEntry> newest_entries(const execution::Pipeline& pipeline,
                                                         std::vector<model::LedgerEntry> entries) {
  std::map<std::string, std::map<std::string, model::LedgerEntry>> tables;  // by partition
  for (auto& entry : entries) {  // the ledger is ordered, so later ones win
    if (pipeline.find_table(entry.table))
      tables[entry.partition].insert_or_assign(entry.table, std::move(entry));
  }
  std::map<std::string, model::LedgerEntry> newest;
  for (auto& [partition, by_table] : tables) {
    if (by_table.size() != pipeline.tables.size()) continue;
    auto entry = std::move(by_table.begin()->second);
    for (auto next = std::next(by_table.begin()); next != by_table.end(); ++next)
      entry.counts += next->second.counts;
    newest.emplace(partition, std::move(entry));
  }
  return newest;
}

Result<execution::OfferChoice> choice_of(const execution::Pipeline& pipeline) {
  const auto offers = TRY(pipeline.source->offers().within("looking for objects"));
  return execution::choose_offers(offers, TRY(ledger_of(pipeline)), pipeline.partitions.take);
}

/// Where a pipeline with a cursor began, as its loads remember it, and the windows that are loaded.
struct CursorLedger {
  std::optional<Timestamp> began;
  std::vector<model::Window> loaded;
};

CursorLedger cursor_ledger(const std::map<std::string, model::LedgerEntry>& entries) {
  CursorLedger ledger;
  for (const auto& [key, entry] : entries) {
    if (const auto window = model::parse_cursor_key(key)) ledger.loaded.push_back(*window);
    const auto position = model::parse_cursor_position(entry.cursor);
    if (position && (!ledger.began || position->first < *ledger.began)) ledger.began = position->first;
  }
  return ledger;
}

/// The windows of a cursor that touch a range.
Result<std::vector<model::Partition>> windows_in(const execution::Pipeline& pipeline,
                                                 const PartitionRange& range, Timestamp now) {
  const auto ledger = cursor_ledger(newest_entries(pipeline, TRY(ledger_of(pipeline))));
  auto windows = model::plan_cursor(pipeline.partitions.cursor, ledger.loaded, ledger.began, now);
  if (!range.from.empty()) {
    const auto from =
        TRY(model::parse_bound(model::Every::Cursor, range.from).within("reading --from")).start;
    std::erase_if(windows, [&](const auto& each) { return each.window->end <= from; });
  }
  if (!range.to.empty()) {
    const auto to = TRY(model::parse_bound(model::Every::Cursor, range.to).within("reading --to")).end;
    std::erase_if(windows, [&](const auto& each) { return to <= each.window->start; });
  }
  return windows;
}

Result<void> check_no_range(const execution::Pipeline& pipeline, const PartitionRange& range) {
  if (range.from.empty() && range.to.empty()) return {};
  return fail(ErrorCode::InvalidConfig,
              "{} has no partitions in time, so it has no range; leave --from and --to out, or set "
              "partitions.every",
              pipeline.name);
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
  if (every == model::Every::Cursor) return windows_in(pipeline, range, now);
  if (every == model::Every::None || every == model::Every::Object) {
    TRY(check_no_range(pipeline, range));
    if (every == model::Every::None) return std::vector<model::Partition>{model::partition_of(every, now)};
    std::vector<model::Partition> partitions;
    for (auto& offer : TRY(choice_of(pipeline)).load) partitions.push_back(std::move(offer.partition));
    return partitions;
  }
  const auto calendar = pipeline.partitions.calendar();
  const auto last = TRY(last_in(calendar, range.to, now));
  auto from = last.window->start;
  if (!range.from.empty()) {
    from = TRY(calendar.parse_bound(range.from).within("reading --from")).start;
  } else if (const auto first = TRY(first_instant(pipeline))) {
    from = *first;
  }
  if (!range.from.empty() && from > last.window->start) {
    return fail(ErrorCode::InvalidConfig, "the range ends before it begins: --from {} is after {}",
                range.from, last.key);
  }
  return calendar.partitions_between(from, last.window->end);
}

namespace {

/// What the source offers, by the keys of the partitions.
using Offers = std::map<std::string, sdk::Offer>;

/// What source and destination say, asked once for a plan.
struct Answers {
  std::vector<sdk::Offer> offers;  ///< none but of objects
  std::vector<model::LedgerEntry> ledger;
};

Result<Answers> ask_both(const execution::Pipeline& pipeline) {
  Answers answers;
  if (pipeline.partitions.every == model::Every::Object)
    answers.offers = TRY(pipeline.source->offers().within("looking for objects"));
  answers.ledger = TRY(ledger_of(pipeline));
  return answers;
}

/// Of an object what the listing said; of a partition in time what the source says now.
Result<void> find_input(const execution::Pipeline& pipeline, const Offers& offers,
                        const std::vector<PlannedPartition>& earlier, PlannedPartition& planned) {
  if (pipeline.partitions.every == model::Every::Object) {
    const auto found = offers.find(planned.partition.key);
    if (found == offers.end()) {
      std::vector<std::string> keys;
      for (const auto& [key, offer] : offers) keys.push_back(key);
      const auto near = closest(planned.partition.key, keys);
      return fail(ErrorCode::NotFound, "the source of {} has no object '{}'{}", pipeline.name,
                  planned.partition.key, near ? fmt::format(" (did you mean '{}'?)", *near) : "");
    }
    const auto& offer = found->second;
    planned.inputs = {offer.input};
    planned.cursor = execution::offer_cursor(offer);
    // It is loaded, but a run that was killed did not file it away.
    const bool half = offer.filing == sdk::Offer::Filing::Half;
    if (half || offer.mark == sdk::Offer::Mark::None) planned.need = Need::Unrecorded;
    return {};
  }
  // Inputs that are the same for all partitions are looked for once.
  planned.inputs = earlier.empty() || pipeline.source->partitions_inputs()
                       ? TRY(pipeline.source->inputs(planned.partition).within("looking for input"))
                       : earlier.front().inputs;
  return {};
}

/// The earliest instant that a pipeline with a cursor is about, to be kept with every load: the first
/// window may fail, and is not to be forgotten then.
Timestamp first_of_cursor(const execution::Pipeline& pipeline,
                          const std::map<std::string, model::LedgerEntry>& ledger,
                          const std::vector<model::Partition>& partitions) {
  auto first = cursor_ledger(ledger).began;
  for (const auto& partition : partitions) {
    if (partition.window && (!first || partition.window->start < *first)) first = partition.window->start;
  }
  const auto& from = pipeline.partitions.cursor.from;
  return from && (!first || *from < *first) ? *from : first.value_or(Timestamp{});
}

Result<std::vector<PlannedPartition>> plan_with(const execution::Pipeline& pipeline,
                                                const std::vector<model::Partition>& partitions,
                                                state::StateStore& state, Answers answers) {
  const auto ledger = newest_entries(pipeline, std::move(answers.ledger));
  const auto first = first_of_cursor(pipeline, ledger, partitions);
  Offers offers;
  for (auto& offer : answers.offers) {
    auto key = offer.partition.key;
    offers.emplace(std::move(key), std::move(offer));
  }
  // A load that the state has not heard of belongs to a run that was killed behind its publication.
  std::map<std::string, std::string> recorded;
  for (const auto& status : TRY(state.partitions().list(pipeline.name))) {
    if (status.loaded_at) recorded[status.partition] = status.load_id;
  }
  std::vector<PlannedPartition> planned;
  for (const auto& partition : partitions) {
    PlannedPartition next;
    next.partition = partition;
    if (pipeline.partitions.every == model::Every::Cursor) {
      next.partition.overlap = pipeline.partitions.cursor.overlap;
      next.cursor = model::to_string(model::CursorPosition{first, partition.window->end});
    }
    TRY(find_input(pipeline, offers, planned, next));
    const bool to_confirm = next.need == Need::Unrecorded;
    if (const auto found = ledger.find(partition.key); found != ledger.end()) next.loaded = found->second;
    next.need = need_of(next, execution::fingerprint(pipeline.definition, next.inputs),
                        !to_confirm && next.loaded && recorded.contains(partition.key) &&
                            recorded.at(partition.key) == next.loaded->load_id);
    next.definition_changed = next.loaded && !next.inputs.empty() &&
                              !next.loaded->fingerprint.starts_with(pipeline.definition + ".");
    planned.push_back(std::move(next));
  }
  return planned;
}

}  // namespace

Result<std::vector<PlannedPartition>> plan_partitions(const execution::Pipeline& pipeline,
                                                      const std::vector<model::Partition>& partitions,
                                                      state::StateStore& state) {
  return plan_with(pipeline, partitions, state, TRY(ask_both(pipeline)));
}

Result<std::vector<PlannedPartition>> plan_range(const execution::Pipeline& pipeline,
                                                 const PartitionRange& range, Timestamp now,
                                                 state::StateStore& state) {
  if (pipeline.partitions.every != model::Every::Object)
    return plan_partitions(pipeline, TRY(partitions_in(pipeline, range, now)), state);
  TRY(check_no_range(pipeline, range));
  auto answers = TRY(ask_both(pipeline));
  std::vector<model::Partition> partitions;
  for (auto& offer : execution::choose_offers(answers.offers, answers.ledger, pipeline.partitions.take).load)
    partitions.push_back(std::move(offer.partition));
  return plan_with(pipeline, partitions, state, std::move(answers));
}

Result<std::vector<sdk::Offer>> superseded_objects(const execution::Pipeline& pipeline) {
  if (pipeline.partitions.every != model::Every::Object) return std::vector<sdk::Offer>();
  return TRY(choice_of(pipeline)).superseded;
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

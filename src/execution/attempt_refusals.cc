// SPDX-License-Identifier: Apache-2.0
// The part of an attempt that sets rows aside which the destination refused after it had taken them.
// Nobody remembers where each row of a load came from, so the input is read once more for them.
#include <algorithm>
#include <map>
#include <utility>

#include "base/text.h"
#include "execution/attempt.h"

namespace weir::execution {
namespace {

/// The refused rows of each table, by their numbers among the rows that went to its writer.
using Wanted = std::vector<std::map<std::uint64_t, std::size_t>>;

/// For when the original is not at hand: its bytes are those that were staged, so it cannot be replayed.
sdk::Reject as_staged(const sdk::LateRefusal& refused) {
  sdk::Reject reject;
  reject.input = refused.place;
  reject.line = refused.line;
  reject.reason = refused.reason;
  reject.bytes = refused.bytes;
  reject.stream = refused.table;
  reject.partial = true;
  return reject;
}

}  // namespace

/// What the destination found out only when all rows were there.
Result<void> Runner::Attempt::take_late_refusals(sdk::Load& load, const Reopen& open,
                                                 std::vector<Lane>& lanes) {
  for (auto& warning : load.warnings()) run_.warnings.push_back(std::move(warning));
  const auto refusals = load.late_refusals();
  if (refusals.empty()) return {};
  auto originals = originals_of(refusals, open, lanes);
  if (!originals.ok()) {
    if (services_.cancelled) return Failure(originals.error());
    run_.warnings.push_back(fmt::format("the originals of {} could not be read again: {}",
                                        counted(refusals.size(), "refused row"),
                                        originals.error().to_string()));
    originals = std::vector<std::optional<sdk::Reject>>(refusals.size());
  }
  for (std::size_t i = 0; i < refusals.size(); ++i) {
    auto& original = (*originals)[i];
    TRY(lanes.at(refusals[i].table)
            .writer.refuse_late(original ? *std::move(original) : as_staged(refusals[i]),
                                refusals[i].counted));
  }
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    run_.counts[pipeline_.tables[i].target.table] = lanes[i].writer.counts();
    TRY(lanes[i].writer.finish());
  }
  return {};
}

/// The rows of the input that refused rows were made of. One that is not found stays empty, as all of
/// tables do whose rows waited for each other, because then their order may be another one now.
Result<std::vector<std::optional<sdk::Reject>>> Runner::Attempt::originals_of(
    const std::vector<sdk::LateRefusal>& refusals, const Reopen& open, const std::vector<Lane>& lanes) {
  std::vector<std::optional<sdk::Reject>> originals(refusals.size());
  Wanted wanted(lanes.size());
  for (std::size_t i = 0; i < refusals.size(); ++i) {
    const auto& refused = refusals[i];
    const auto& lane = lanes.at(refused.table);
    if (refused.number && !lane.stage)
      wanted[refused.table].emplace(lane.writer.number_of(*refused.number), i);
  }
  if (std::all_of(wanted.begin(), wanted.end(), [](const auto& rows) { return rows.empty(); }))
    return originals;
  const auto extraction = TRY(open());
  std::vector<std::uint64_t> passed(lanes.size());
  const auto look = [&](WorkedBlock& worked) -> Result<void> {
    const auto& origins = worked.rows.origins();
    const auto& rows = wanted[worked.stream];
    auto& first = passed[worked.stream];
    const auto pick = [&](const model::BatchView& data, const std::int64_t* numbers) -> Result<void> {
      for (auto next = rows.lower_bound(first); next != rows.end() && next->first < first + data.rows;
           ++next) {
        const auto row = static_cast<std::size_t>(next->first - first);
        const auto& refused = refusals[next->second];
        if (!refused.is_row || !refused.is_row(data, row)) continue;
        originals[next->second] =
            worked.block->reject(origins[static_cast<std::size_t>(numbers[row])], refused.reason);
      }
      first += data.rows;
      return {};
    };
    const auto pass_over = [](std::size_t, std::int64_t, std::string_view) { return Result<void>(); };
    for (const auto& chunk : worked.chunks) TRY(Writer::split(chunk.view(), pass_over, pick));
    return {};
  };
  TRY(work_off(*extraction, work_of(lanes), look, services_.cancelled));
  return originals;
}

}  // namespace weir::execution

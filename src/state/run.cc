// SPDX-License-Identifier: Apache-2.0
#include "state/run.h"

#include <utility>

namespace weir::state {
namespace {

constexpr std::array<std::pair<std::string_view, RunState>, 10> kStates = {{
    {"claimed", RunState::Claimed},
    {"extracting", RunState::Extracting},
    {"staged", RunState::Staged},
    {"published", RunState::Published},
    {"succeeded", RunState::Succeeded},
    {"empty", RunState::Empty},
    {"up_to_date", RunState::UpToDate},
    {"failed", RunState::Failed},
    {"cancelled", RunState::Cancelled},
    {"interrupted", RunState::Interrupted},
}};

constexpr std::array<std::pair<std::string_view, Trigger>, 5> kTriggers = {{
    {"run", Trigger::Run},
    {"backfill", Trigger::Backfill},
    {"replay", Trigger::Replay},
    {"schedule", Trigger::Schedule},
    {"rebuild", Trigger::Rebuild},
}};

template <typename Names, typename Value>
std::string_view name_in(const Names& names, Value value) {
  for (const auto& [text, known] : names) {
    if (known == value) return text;
  }
  return "";
}

template <typename Names>
auto value_in(const Names& names, std::string_view wanted)
    -> std::optional<typename Names::value_type::second_type> {
  for (const auto& [text, value] : names) {
    if (text == wanted) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view name(RunState state) { return name_in(kStates, state); }
std::optional<RunState> run_state_from_name(std::string_view wanted) { return value_in(kStates, wanted); }
bool is_final(RunState state) { return state >= RunState::Succeeded; }

std::string_view name(Trigger trigger) { return name_in(kTriggers, trigger); }
std::optional<Trigger> trigger_from_name(std::string_view wanted) { return value_in(kTriggers, wanted); }

std::string make_id(Timestamp now, const std::array<std::uint8_t, 10>& random) {
  constexpr char kCrockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string id(26, '0');
  auto millis = static_cast<std::uint64_t>(now.micros / 1000);
  for (std::size_t at = 10; at-- > 0; millis /= 32) id[at] = kCrockford[millis % 32];
  // Five bytes are eight characters.
  for (std::size_t half = 0; half < 2; ++half) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 5; ++i) bits = bits << 8 | random[half * 5 + i];
    for (std::size_t at = 18 + half * 8; at-- > 10 + half * 8; bits /= 32) id[at] = kCrockford[bits % 32];
  }
  return id;
}

}  // namespace weir::state

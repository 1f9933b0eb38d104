// SPDX-License-Identifier: Apache-2.0
#include "execution/offers.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>

namespace weir::execution {
namespace {

struct Age {
  Timestamp modified;
  std::string key;

  bool operator<(const Age& other) const {
    return std::tie(modified, key) < std::tie(other.modified, other.key);
  }
};

Age age_of(const sdk::Offer& offer) { return {offer.modified, offer.partition.key}; }

std::optional<Age> parse_cursor(const std::string& cursor) {
  const auto space = cursor.find(' ');
  if (space == cursor.npos) return std::nullopt;
  const auto modified = parse_timestamp(std::string_view(cursor).substr(0, space));
  if (!modified) return std::nullopt;
  return Age{*modified, cursor.substr(space + 1)};
}

/// The youngest object that was ever loaded.
std::optional<Age> youngest(const std::vector<model::LedgerEntry>& ledger) {
  std::optional<Age> found;
  for (const auto& entry : ledger) {
    const auto age = parse_cursor(entry.cursor);
    if (age && (!found || *found < *age)) found = age;
  }
  return found;
}

/// What is marked good was loaded or superseded already, and is filed away unless that was cut short.
bool is_settled(const sdk::Offer& offer) {
  return offer.mark == sdk::Offer::Mark::Good && offer.filing == sdk::Offer::Filing::Done;
}

}  // namespace

std::string offer_cursor(const sdk::Offer& offer) {
  return to_string(offer.modified) + " " + offer.partition.key;
}

OfferChoice choose_offers(const std::vector<sdk::Offer>& offers,
                          const std::vector<model::LedgerEntry>& ledger, PartitionRule::Take take) {
  std::set<std::string> loaded;
  for (const auto& entry : ledger) loaded.insert(entry.partition);
  OfferChoice choice;
  for (const auto& offer : offers) {
    const bool bad = offer.mark == sdk::Offer::Mark::Bad;
    const bool marked = bad || offer.mark == sdk::Offer::Mark::Good;
    if (bad) {
      choice.bad.push_back(offer);
    } else if (!marked || loaded.contains(offer.partition.key)) {
      choice.load.push_back(offer);
    }
  }
  if (take == PartitionRule::Take::All || choice.load.empty()) return choice;
  const auto floor = youngest(ledger);
  const auto newest = choice.load.back();
  choice.load.pop_back();
  for (auto& offer : choice.load) {
    if (!is_settled(offer)) choice.superseded.push_back(std::move(offer));
  }
  choice.load.clear();
  if (!floor || !(age_of(newest) < *floor)) {
    choice.load.push_back(newest);
  } else if (!is_settled(newest)) {
    choice.superseded.push_back(newest);
  }
  return choice;
}

}  // namespace weir::execution

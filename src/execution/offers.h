// SPDX-License-Identifier: Apache-2.0
// Which of the objects that a source offers are to be loaded. Used by the commands that plan. Pure.
#pragma once

#include <string>
#include <vector>

#include "connectors/sdk/source.h"
#include "execution/pipeline.h"
#include "model/load.h"

namespace weir::execution {

struct OfferChoice {
  std::vector<sdk::Offer> load;        ///< oldest first
  std::vector<sdk::Offer> superseded;  ///< older than what is loaded or about to be
  std::vector<sdk::Offer> bad;         ///< marked as bad
};

/// `offers` are ordered by age, `ledger` holds all entries of the pipeline. An object that is marked
/// and unknown to the ledger was dealt with before weir.
/// Of Take::Newest, `load` holds at most one, never one older than anything loaded.
OfferChoice choose_offers(const std::vector<sdk::Offer>& offers,
                          const std::vector<model::LedgerEntry>& ledger, PartitionRule::Take take);

/// The age of an offer as text for LedgerEntry::cursor: "2024-05-14T01:00:00Z client/a.tgz".
std::string offer_cursor(const sdk::Offer& offer);

}  // namespace weir::execution

// SPDX-License-Identifier: Apache-2.0
// A turn in a bucket. Nothing there locks, so it is a look at the head, and to decide is to replace the
// head that nothing was decided in since which the plan depends upon.
#include <utility>

#include "connectors/files/destination_bucket.h"

namespace weir::files {
namespace {

using Verdict = SharedHead::Verdict;

class BucketTurn final : public Turn {
 public:
  BucketTurn(std::shared_ptr<Bucket> bucket, TurnKind kind, Concern concern, Head seen)
      : bucket_(std::move(bucket)), kind_(kind), concern_(std::move(concern)), seen_(std::move(seen)) {}
  ~BucketTurn() override {
    if (decided_) bucket_->own.put_down(decided_->load_id);
    bucket_->own.leave(kind_);
  }
  BucketTurn(const BucketTurn&) = delete;
  BucketTurn& operator=(const BucketTurn&) = delete;

  Result<std::vector<SmallFile>> decided() override {
    std::vector<SmallFile> journals;
    for (const auto& each : seen_.decided) {
      if (bucket_->is_left_over(each) && concerns(seen_, each, concern_))
        journals.push_back({SharedHead::kName, each.journal, ""});
    }
    return journals;
  }

  Result<Decision> decide(const Proposal& proposal) override {
    decided_ = proposal;
    is_just_decided_ = false;
    bucket_->own.carry(proposal.load_id);
    bucket_->known.distrust(proposal.ledger_files);
    const auto verdict = TRY(bucket_->head.apply([&](Head& next) { return change_to(proposal, next); }));
    is_just_decided_ = verdict != Verdict::Overtaken;
    if (is_just_decided_) return Decision::Decided;
    bucket_->own.put_down(proposal.load_id);
    bucket_->known.trust(proposal.ledger_files);
    decided_.reset();
    return Decision::Overtaken;
  }

  Result<bool> is_due(const std::string& load_id) override {
    if (std::exchange(is_just_decided_, false)) return true;
    return TRY(bucket_->head.look()).has_decided(load_id);
  }

  // That of this load goes with what the process writes next. What somebody else has left goes now,
  // before anybody else finds it, too.
  Result<void> forget(const std::string& load_id) override {
    bucket_->head.forget(load_id);
    if (!decided_ || decided_->load_id != load_id) return bucket_->head.forget_now();
    bucket_->known.trust(decided_->ledger_files);
    return {};
  }

  std::string journal(const std::string&) const override { return SharedHead::kName; }

 private:
  Result<Verdict> change_to(const Proposal& proposal, Head& next) const {
    if (next.has_decided(proposal.load_id)) return Verdict::Keep;
    if (next.holds_all_up()) return Verdict::Overtaken;
    if (next.claim_of(proposal.load_id) == nullptr) return claim_is_lost(proposal.load_id);
    const bool is_overtaken = kind_ == TurnKind::Alone
                                  ? !next.decided.empty() || next.decided_at != seen_.decided_at
                                  : next.tables_at != seen_.tables_at;
    if (is_overtaken) return Verdict::Overtaken;
    const auto& [pipeline, partition] = proposal.partition;
    std::erase_if(next.claims, [&](const auto& claim) { return claim.load_id == proposal.load_id; });
    next.decided.push_back({proposal.load_id, pipeline, partition, proposal.journal});
    next.decided_at = next.writes;
    if (proposal.reach == Proposal::Reach::Tables) next.tables_at = next.writes;
    return Verdict::Change;
  }

  std::shared_ptr<Bucket> bucket_;
  TurnKind kind_;
  Concern concern_;
  Head seen_;
  std::optional<Proposal> decided_;  ///< by this turn, or perhaps
  bool is_just_decided_ = false;     ///< and nothing was done since
};

}  // namespace

bool concerns(const Head& head, const DecidedRecord& decided, const Concern& concern) {
  return !concern || head.holds_all_up() ||
         (decided.pipeline == concern->pipeline && decided.partition == concern->partition);
}

std::unique_ptr<Turn> make_bucket_turn(std::shared_ptr<Bucket> bucket, TurnKind kind, Concern concern,
                                       Head seen) {
  return std::make_unique<BucketTurn>(std::move(bucket), kind, std::move(concern), std::move(seen));
}

}  // namespace weir::files

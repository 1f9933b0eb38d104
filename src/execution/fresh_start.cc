// SPDX-License-Identifier: Apache-2.0
#include "execution/fresh_start.h"

#include <fmt/format.h>

namespace weir::execution {
namespace {

class WatchedExtraction final : public sdk::Extraction {
 public:
  WatchedExtraction(std::unique_ptr<sdk::Extraction> inner, FreshStart& start)
      : inner_(std::move(inner)), start_(start) {}

  const model::Schema& schema(std::size_t stream) const override { return inner_->schema(stream); }
  Result<std::unique_ptr<sdk::Block>> next() override { return start_.watch(inner_->next()); }
  std::uint64_t bytes_read() const override { return inner_->bytes_read(); }
  std::uint64_t bytes_total() const override { return inner_->bytes_total(); }
  std::string content_hash() const override { return inner_->content_hash(); }
  std::vector<std::string> warnings() const override { return inner_->warnings(); }

 private:
  std::unique_ptr<sdk::Extraction> inner_;
  FreshStart& start_;
};

}  // namespace

void FreshStart::note(const Error& error) {
  const bool mendable = error.code() == ErrorCode::Unavailable || error.code() == ErrorCode::RateLimited ||
                        error.code() == ErrorCode::Conflict;
  if (wanted_ && mendable) lost_ = error;
}

std::optional<std::chrono::milliseconds> FreshStart::next(double random) {
  if (!lost_) return std::nullopt;
  // A table that was changed under the reading can be read as well as a server that comes back.
  const auto error =
      lost_->code() == ErrorCode::Conflict ? Error(ErrorCode::Unavailable, lost_->message()) : *lost_;
  const auto decision = io::decide(io::RetryPolicy{}, attempts_, error, random);
  if (decision.action == io::RetryAction::GiveUp) return std::nullopt;
  ++attempts_.made;
  last_reason_ = lost_->to_string();
  attempts_.waited += decision.wait;
  return decision.wait;
}

std::vector<std::string> FreshStart::warnings() const {
  if (attempts_.made == 1) return {};
  return {fmt::format("the source was lost and read anew from its beginning, attempt {}: {}", attempts_.made,
                      last_reason_)};
}

std::unique_ptr<sdk::Extraction> watched(std::unique_ptr<sdk::Extraction> extraction, FreshStart& start) {
  return std::make_unique<WatchedExtraction>(std::move(extraction), start);
}

}  // namespace weir::execution

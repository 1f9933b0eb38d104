// SPDX-License-Identifier: Apache-2.0
#include "protocols/aws/credentials.h"

#include <chrono>

namespace weir::aws {
namespace {

constexpr std::chrono::microseconds kRenewBefore = std::chrono::minutes(5);

bool is_valid_for(const Credentials& credentials, Timestamp now, std::chrono::microseconds rest) {
  return !credentials.expires || credentials.expires->micros - rest.count() > now.micros;
}

}  // namespace

Result<Credentials> CredentialCache::fetch() {
  current_ = TRY(source_->fetch().within("getting AWS credentials from " + source_->name()));
  return *current_;
}

Result<Credentials> CredentialCache::get() {
  const std::lock_guard lock(mutex_);
  if (current_ && is_valid_for(*current_, clock_.now(), kRenewBefore)) return *current_;
  auto renewed = fetch();
  if (!renewed.ok() && current_ && is_valid_for(*current_, clock_.now(), std::chrono::microseconds(0))) {
    return *current_;
  }
  return renewed;
}

Result<Credentials> CredentialCache::renew(const Credentials& used) {
  const std::lock_guard lock(mutex_);
  // Another thread may have been faster.
  if (current_ && current_->session_token.reveal() != used.session_token.reveal()) return *current_;
  return fetch();
}

}  // namespace weir::aws

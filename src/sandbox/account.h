// SPDX-License-Identifier: Apache-2.0
// The service account of the sandbox: a key of its own, claims that it checks, tokens that it gives
// out. Used by token_service.h. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/clock.h"

namespace weir::sandbox {

enum class Rights { All, None };

class Account {
 public:
  /// `key_file` keeps the key between runs; empty: it is made anew. The key is made when it is first
  /// needed, because that takes a moment.
  Account(std::string key_file, std::int64_t token_seconds, const io::Clock& clock);
  ~Account();

  /// The file that a client of a sandbox at this address needs, as Google would give it out.
  Result<std::string> service_account_file(const std::string& base_url);
  /// PermissionDenied says what is wrong with the claim, in Google's words.
  Result<void> check_claim(const std::string& claim, const std::string& token_uri);
  std::string issue_token(Rights rights);
  std::int64_t token_seconds() const { return token_seconds_; }
  /// What the bearer of a token may do; nothing when the token is unknown or has expired.
  std::optional<Rights> rights_of(std::string_view token) const;

 private:
  struct Key;
  struct Token {
    Timestamp expires;
    Rights rights = Rights::None;
  };
  Result<const Key*> key();

  std::string key_file_;
  std::int64_t token_seconds_;
  const io::Clock& clock_;
  mutable std::mutex mutex_;  // guards what follows
  std::unique_ptr<Key> key_;
  std::map<std::string, Token, std::less<>> tokens_;
};

}  // namespace weir::sandbox

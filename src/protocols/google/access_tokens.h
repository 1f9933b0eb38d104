// SPDX-License-Identifier: Apache-2.0
// The access token of one set of credentials and one scope: asked for when first needed, kept, and
// renewed before it expires. Used by api_client.h. Thread-safe: one thread asks, the others wait.
#pragma once

#include <mutex>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "protocols/google/credentials.h"
#include "protocols/google/exchange.h"

namespace weir::google {

inline constexpr std::string_view kStorageScope = "https://www.googleapis.com/auth/devstorage.read_write";

class AccessTokens {
 public:
  AccessTokens(Credentials credentials, std::string scope, const World& world)
      : credentials_(std::move(credentials)), scope_(std::move(scope)), world_(world) {}

  /// A token that is good for some minutes; empty for nobody.
  Result<Secret> get();
  /// The server refused this token: it is never given again.
  void reject(const Secret& token);

  const Credentials& credentials() const { return credentials_; }

 private:
  Result<void> renew();
  Result<void> keep(const io::HttpResponse& answer);

  Credentials credentials_;
  std::string scope_;
  World world_;
  std::mutex mutex_;  // guards what follows
  Secret token_;
  Timestamp expires_;
  bool reached_ = false;  ///< the server has answered something
};

}  // namespace weir::google

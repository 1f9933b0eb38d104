// SPDX-License-Identifier: Apache-2.0
// Where clients get tokens, and the gate that asks for them: the token endpoint, the metadata server
// of a virtual machine, the key file. Used by sandbox.cc. Thread-safe.
#pragma once

#include "sandbox/account.h"
#include "sandbox/http/http.h"

namespace weir::sandbox {

/// POST /token, GET /computeMetadata/v1/…, GET /_service_account.
class TokenService final : public Service {
 public:
  explicit TokenService(Account& account) : account_(account) {}
  std::optional<Answer> answer(const Request& request, RequestBody& body) override;

 private:
  Answer token(const Request& request, RequestBody& body);
  Answer metadata(const Request& request);
  Answer key_file(const Request& request);
  nlohmann::json new_token(Rights rights);

  Account& account_;
};

/// Stands before the APIs: answers 401 to whoever brings no good token. The URL of a resumable upload
/// is good by itself.
class TokenGate final : public Service {
 public:
  explicit TokenGate(const Account& account) : account_(account) {}
  std::optional<Answer> answer(const Request& request, RequestBody& body) override;

 private:
  const Account& account_;
};

}  // namespace weir::sandbox

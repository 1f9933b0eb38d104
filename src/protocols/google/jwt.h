// SPDX-License-Identifier: Apache-2.0
// The signed claim by which a service account asks for a token. Used by access_tokens.h. Pure.
// https://developers.google.com/identity/protocols/oauth2/service-account
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "protocols/google/credentials.h"

namespace weir::google {

/// A JWT for the account's token endpoint, good for an hour. InvalidConfig when the key is no RSA key.
Result<Secret> signed_claim(const ServiceAccount& account, std::string_view scope, Timestamp now);

}  // namespace weir::google

// SPDX-License-Identifier: Apache-2.0
// Signature Version 4: proves to AWS who sends a request. Used by this folder and by the redshift
// connector. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "base/time.h"
#include "io/http_client.h"

namespace weir::aws {

struct Credentials {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;              ///< empty for those of a user
  std::optional<Timestamp> expires;  ///< nothing: never
};

/// Where a signature is good for.
struct Scope {
  std::string region;
  std::string service;  ///< "s3", "sts", "redshift"
};

/// Names and values of a query as they are meant; "uploads" has an empty value.
using Query = std::vector<std::pair<std::string, std::string>>;
/// Encoded and in the order that signatures want: "list-type=2&prefix=a%2Fb".
std::string canonical_query(Query query);

/// What a request is signed with.
struct Signing {
  const Credentials& credentials;
  const Scope& scope;
  Timestamp time;
  std::string payload_hash;  ///< in hexadecimal, or "UNSIGNED-PAYLOAD"
};

/// Adds the headers X-Amz-Date, X-Amz-Security-Token, for S3 X-Amz-Content-Sha256, and Authorization.
/// Every header of the request is signed. The path of the URL must be encoded as S3 wants it (or be
/// "/" for other services), its query as canonical_query() gives it.
void sign(io::HttpRequest& request, const Signing& signing);

/// The parts of a signature that its makers publish, for tests and for messages of other tools.
struct CanonicalRequest {
  std::string text;
  std::string signed_headers;
};
CanonicalRequest canonical_request(const io::HttpRequest& request, std::string_view payload_hash);
/// The secret key of one day, region and service: 32 bytes.
Secret signing_key(const Credentials& credentials, const Scope& scope, std::string_view date);

}  // namespace weir::aws

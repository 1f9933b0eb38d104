// SPDX-License-Identifier: Apache-2.0
// Signature Version 4, as S3 checks it: in the Authorization header or in the query of a presigned URL.
// Used by S3Service. Pure functions. Written without a look at the client's code, so that one can prove
// the other wrong.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "sandbox/http/http.h"

namespace weir::sandbox::s3 {

enum class Rights { All, None };

struct AccessKey {
  std::string id;
  std::string secret;
  std::string session_token{};  ///< empty: of a user, not temporary
  Rights rights = Rights::All;
};

/// What a request that was signed well says of itself.
struct Proof {
  Rights rights = Rights::None;
  std::string region;
  std::string payload;  ///< a SHA-256, "UNSIGNED-PAYLOAD" or "STREAMING-…"
  // With what the pieces of a streamed payload are signed.
  std::string time;
  std::string scope;
  std::string signing_key;
  std::string signature;
};

/// Whether a request speaks the protocol of S3, which shares its address with other services.
bool is_signed_for_aws(const Request& request);
/// Refuses what is signed badly, by somebody unknown or at another time.
Proof verify(const Request& request, const std::vector<AccessKey>& keys, Timestamp now);

/// RFC 3986: letters, digits and -_.~ stay, a slash on request.
enum class Slash { Encode, Keep };
std::string percent_encode(std::string_view text, Slash slash);

}  // namespace weir::sandbox::s3

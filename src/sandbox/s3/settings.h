// SPDX-License-Identifier: Apache-2.0
// How the sandbox's S3 is set up. Used by sandbox.h. Values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weir::sandbox::s3 {

struct Settings {
  std::vector<std::string> buckets = {};          ///< "name" or "name@region"
  std::vector<std::string> archive_buckets = {};  ///< those that hold an archive of a CMS, likewise
  std::string region = "us-east-1";               ///< of buckets that name none
  std::string key_id = "sandbox";
  std::string secret = "sandbox-secret";
  std::uint64_t smallest_part = std::uint64_t{5} << 20U;
};

/// Further keys, for tests, with the same secret: one who may do nothing, and one whose requests carry
/// this session token.
inline constexpr const char* kStranger = "sandbox-stranger";
inline constexpr const char* kTemporary = "sandbox-temporary";
inline constexpr const char* kSessionToken = "sandbox-session-token";

}  // namespace weir::sandbox::s3

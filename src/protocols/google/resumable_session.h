// SPDX-License-Identifier: Apache-2.0
// What the answers of a resumable upload say. Used by gcs_upload.cc and bigquery_upload.cc. Pure.
// https://cloud.google.com/storage/docs/performing-resumable-uploads
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "io/http_client.h"

namespace weir::google {

/// The status of a session that expects more bytes.
inline constexpr int kIncomplete = 308;

/// How many bytes the server keeps: "bytes=0-524287", or no header at all for none.
Result<std::uint64_t> kept_bytes(const io::HttpResponse& answer);

/// The session's URL, which needs no token, as the configured endpoint reaches it: a stand-in may name
/// itself differently.
Result<Secret> session_of(const io::HttpResponse& answer, const std::string& endpoint);

}  // namespace weir::google

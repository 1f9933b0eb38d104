// SPDX-License-Identifier: Apache-2.0
// The two parts of a multipart upload: a JSON resource and the bytes. Used by UploadService. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace weir::sandbox::gcs {

struct MultipartUpload {
  nlohmann::json resource;
  std::string_view bytes;  ///< in the body that was given
};

/// Refuses a body that does not have exactly two parts, as RFC 2387 writes them.
MultipartUpload parse_multipart(std::string_view content_type, std::string_view body);

}  // namespace weir::sandbox::gcs

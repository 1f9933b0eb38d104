// SPDX-License-Identifier: Apache-2.0
// Reads the XML answers of S3 and of the token service. Used by this folder. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/object_store.h"

namespace weir::aws {

/// What an <Error> says; all empty when the text holds none.
struct ServiceError {
  std::string code;
  std::string message;
  std::string region;
  std::string request_id;
};
ServiceError read_error(std::string_view body);

/// An answer to ListObjectsV2 that was asked for with encoding-type=url.
Result<io::ObjectPage> read_listing(std::string_view body);
struct OpenUpload {
  std::string key;
  std::string upload_id;
};
/// An answer to ListMultipartUploads.
Result<std::vector<OpenUpload>> read_uploads(std::string_view body);
/// The text of the root's child, as UploadId or ETag; fails when there is none.
Result<std::string> read_text(std::string_view body, const char* name);

/// The body of CompleteMultipartUpload: the ETags of parts 1, 2 and so on.
std::string complete_body(const std::vector<std::string>& etags);
/// Without quotes, which some servers leave out.
std::string bare_etag(std::string_view etag);

}  // namespace weir::aws

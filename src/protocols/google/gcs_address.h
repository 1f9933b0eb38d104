// SPDX-License-Identifier: Apache-2.0
// A bucket as the JSON API addresses it, and the object resource that it answers with. Used by
// gcs_object_store.cc and gcs_upload.cc. Values and pure functions.
// https://cloud.google.com/storage/docs/json_api/v1
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "io/http_client.h"
#include "io/object_store.h"

namespace weir::google {

/// A line that stands still is given up long before a slow one.
inline constexpr std::chrono::seconds kStallTimeout{60};

struct GcsBucket {
  std::string name;
  std::string endpoint;  ///< "https://storage.googleapis.com"
  std::string user_project{};
  std::size_t part_size = 16U << 20U;  ///< a multiple of 256 KiB
  std::chrono::milliseconds timeout = std::chrono::minutes(5);
  int page_size = 1000;  ///< of listings; no more than this
};

using Query = std::vector<std::pair<std::string, std::string>>;

/// "gs://bucket/key".
std::string uri_of(const GcsBucket& bucket, const std::string& key);
/// "/b/bucket/o/key" below the API's root; the part of the key is left out when it is empty.
std::string object_path(const GcsBucket& bucket, const std::string& key);
/// A request below /storage/v1 (or /upload/storage/v1 for uploads), with the paying project.
io::HttpRequest request_to(const GcsBucket& bucket, const std::string& path, const Query& query);
/// Adds ifGenerationMatch.
void add_precondition(Query& query, const io::Precondition& precondition);

/// What the API says of an object.
struct StoredObject {
  io::ObjectInfo info;
  std::string crc32c;
};

Result<StoredObject> object_of(const io::HttpResponse& answer);

}  // namespace weir::google

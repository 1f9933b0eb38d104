// SPDX-License-Identifier: Apache-2.0
// An object written by one request, and the proof that what is stored is what was sent. Used by
// gcs_object_store.cc and gcs_upload.cc. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "protocols/google/gcs_address.h"

namespace weir::google {

/// What an object must hold.
struct Content {
  std::uint64_t size = 0;
  std::string crc32c;
};

/// A multipart upload: the server compares the checksum before it stores anything.
io::HttpRequest put_request(const GcsBucket& bucket, const std::string& key, std::string bytes,
                            const io::PutOptions& options);

/// DataMismatch when the server stored something else.
Result<void> check_stored(const StoredObject& stored, const Content& content);

}  // namespace weir::google

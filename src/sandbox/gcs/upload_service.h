// SPDX-License-Identifier: Apache-2.0
// /upload/storage/v1: the three ways to write an object. Used by GcsService. Thread-safe.
#pragma once

#include "sandbox/gcs/sessions.h"

namespace weir::sandbox::gcs {

class UploadService {
 public:
  explicit UploadService(Store& store) : store_(store) {}

  /// A request below /upload/storage/v1/b/{bucket}/o.
  Answer answer(const std::string& bucket, const Request& request, RequestBody& body);

  std::size_t open() const { return sessions_.open(); }

 private:
  Answer media(const std::string& bucket, const Request& request, RequestBody& body);
  Answer multipart(const std::string& bucket, const Request& request, RequestBody& body);
  Answer begin(const std::string& bucket, const Request& request, RequestBody& body);

  Store& store_;
  Sessions sessions_;
};

}  // namespace weir::sandbox::gcs

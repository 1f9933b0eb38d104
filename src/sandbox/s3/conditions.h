// SPDX-License-Identifier: Apache-2.0
// The conditions of reading and writing: If-Match and its like. Used by the parts of S3Service. Values.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "sandbox/http/http.h"

namespace weir::sandbox::s3 {

/// Without quotes.
std::string bare_etag(std::string_view etag);

/// Of PutObject and CompleteMultipartUpload.
struct WriteCondition {
  enum class Kind { None, Absent, Etag } kind = Kind::None;
  std::string etag{};

  /// Refuses conditions that S3 does not know for writes.
  static WriteCondition of(const Request& request);
  /// Refuses when it does not hold for the object that is there; nothing stands for none.
  void check(const std::optional<std::string>& present, const std::string& key) const;
};

/// Of GetObject and HeadObject; of a copy's source with the prefix "x-amz-copy-source-".
class ReadConditions {
 public:
  static ReadConditions of(const Request& request, const std::string& prefix = {});
  /// 200, or 304 or 412.
  int status(const std::string& etag, Timestamp modified) const;

 private:
  std::optional<std::string> match_, none_match_;
  std::optional<Timestamp> modified_since_, unmodified_since_;
};

}  // namespace weir::sandbox::s3

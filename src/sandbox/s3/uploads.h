// SPDX-License-Identifier: Apache-2.0
// Multipart uploads that are neither finished nor given up. Used by S3Service. Thread-safe. Refuses by
// throwing Refusal. They do not outlive the sandbox, even in a folder.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "sandbox/s3/store.h"

namespace weir::sandbox::s3 {

struct Part {
  objects::BlobPointer bytes;
  std::string md5{};  ///< its 16 bytes
  Timestamp modified{};
  std::map<Algorithm, std::string> checksums{};

  std::string etag() const;
};

struct Upload {
  std::string id{};
  ObjectName at{};
  Timestamp begun{};
  Properties properties{};
  std::optional<Algorithm> algorithm{};  ///< of the object's checksum, if one was chosen
  Checksums::Type checksum_type = Checksums::Type::Composite;
  std::map<int, Part> parts{};
};

/// What CompleteMultipartUpload says of a part.
struct ClaimedPart {
  int number = 0;
  std::string etag{};
  std::map<Algorithm, std::string> checksums{};
};

class Uploads {
 public:
  Uploads(Store& store, std::uint64_t smallest_part) : store_(store), smallest_part_(smallest_part) {}

  /// Its identifier.
  std::string begin(Upload upload);
  /// Replaces a part of this number.
  void add(const ObjectName& at, const std::string& id, int number, Part part);
  Upload find(const ObjectName& at, const std::string& id) const;
  void abort(const ObjectName& at, const std::string& id);
  ObjectPointer complete(const ObjectName& at, const std::string& id, const std::vector<ClaimedPart>& claimed,
                         const WriteCondition& condition);
  /// Those to one bucket, by key and age.
  std::vector<Upload> all(const std::string& bucket) const;
  std::size_t open() const;

 private:
  Upload take(const ObjectName& at, const std::string& id);
  void check(const Upload& upload, const std::vector<ClaimedPart>& claimed) const;
  Object joined(const Upload& upload, const std::vector<ClaimedPart>& claimed) const;

  Store& store_;
  std::uint64_t smallest_part_;
  mutable std::mutex mutex_;  // guards what follows
  std::map<std::string, Upload> uploads_;
  std::uint64_t begun_ = 0;
};

}  // namespace weir::sandbox::s3

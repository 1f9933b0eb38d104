// SPDX-License-Identifier: Apache-2.0
// The bytes of objects, in memory or in files of a folder. Used by store.h. A Blob is read-only and
// thread-safe; a BlobWriter belongs to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "protocols/google/encoding.h"

namespace weir::sandbox::gcs {

class Blob {
 public:
  virtual ~Blob() = default;
  virtual std::uint64_t size() const = 0;
  virtual std::string read(std::uint64_t offset, std::size_t length) const = 0;
};

/// Takes bytes in order and sums them up.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  void append(std::string_view bytes);
  std::uint64_t size() const { return size_; }
  std::string crc32c() const { return crc32c_.text(); }
  std::string md5() { return md5_.text(); }
  /// Ends the writing. In a folder, the bytes are in the file of this name from now on.
  virtual std::shared_ptr<const Blob> finish(const std::string& name) = 0;

 private:
  virtual void write(std::string_view bytes) = 0;

  std::uint64_t size_ = 0;
  google::Crc32c crc32c_;
  google::Md5 md5_;
};

/// In memory when `folder` is empty.
std::unique_ptr<BlobWriter> write_blob(const std::string& folder);
/// The bytes of a file that an earlier sandbox wrote; null when it is missing.
std::shared_ptr<const Blob> open_blob(const std::string& path);

}  // namespace weir::sandbox::gcs

// SPDX-License-Identifier: Apache-2.0
// The bytes of objects, in memory or in files of a folder. Used by the stores of gcs/ and s3/. A Blob is
// read-only and thread-safe; a BlobWriter belongs to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/google/encoding.h"

namespace weir::sandbox::objects {

class Blob {
 public:
  virtual ~Blob() = default;
  virtual std::uint64_t size() const = 0;
  virtual std::string read(std::uint64_t offset, std::size_t length) const = 0;
  /// The names of its files, in their order; none in memory.
  virtual std::vector<std::string> files() const { return {}; }
  /// No object has these bytes any more: their files go away when nobody reads them.
  virtual void discard() const {}
};

using BlobPointer = std::shared_ptr<const Blob>;  // shared by an object and those who read it

/// Takes bytes in order and sums them up.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  void append(std::string_view bytes);
  /// Bytes that are expected, to make room for them.
  virtual void expect(std::uint64_t /*size*/) {}
  std::uint64_t size() const { return size_; }
  std::string crc32c() const { return crc32c_.text(); }
  std::string md5() { return md5_.text(); }
  /// Ends the writing. In a folder, the bytes are in the file of this name from now on. Null when they
  /// could not be written.
  virtual BlobPointer finish(const std::string& name) = 0;

 private:
  virtual void write(std::string_view bytes) = 0;

  std::uint64_t size_ = 0;
  google::Crc32c crc32c_;
  google::Md5 md5_;
};

/// In memory when `folder` is empty.
std::unique_ptr<BlobWriter> write_blob(const std::string& folder);
/// The bytes of a file that an earlier sandbox wrote; null when it is missing.
BlobPointer open_blob(const std::string& path);
/// One after the other.
BlobPointer join_blobs(std::vector<BlobPointer> parts);
/// The same bytes for another object; in a folder they become a file of this name. Null when that fails.
BlobPointer copy_blob(const BlobPointer& blob, const std::string& folder, const std::string& name);
/// Removes what uploads that were never finished left in the folder.
void remove_unfinished(const std::string& folder);

}  // namespace weir::sandbox::objects

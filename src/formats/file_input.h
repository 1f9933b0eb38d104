// SPDX-License-Identifier: Apache-2.0
// A local file as a byte source that notices when the file changes under the reader.
// Used by the `files` source. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "formats/byte_source.h"
#include "formats/content_hash.h"

namespace weir::formats {

/// What identifies the state of a file.
struct FileStamp {
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;  ///< since 1970
  std::uint64_t inode = 0;

  bool operator==(const FileStamp&) const = default;
};

/// Stats a path. The error (NotFound, PermissionDenied, Unsupported for what is no regular file)
/// names the path and what to do.
Result<FileStamp> stamp_file(const std::string& path);

class FileInput final : public ByteSource {
 public:
  /// `hash` may be null; it takes every byte that is read and outlives this object.
  static Result<std::unique_ptr<FileInput>> open(const std::string& path, ContentHash* hash);
  ~FileInput() override;
  FileInput(const FileInput&) = delete;
  FileInput& operator=(const FileInput&) = delete;

  /// Fails with Conflict at the end when the file is not the one that was opened any more.
  Result<std::size_t> read(char* to, std::size_t size) override;

  const FileStamp& stamp() const { return stamp_; }
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  FileInput(std::string path, int file, FileStamp stamp, ContentHash* hash)
      : path_(std::move(path)), file_(file), stamp_(stamp), hash_(hash) {}
  Result<void> verify() const;

  std::string path_;
  int file_;
  FileStamp stamp_;
  ContentHash* hash_;
  std::uint64_t bytes_read_ = 0;
  bool ended_ = false;
};

}  // namespace weir::formats

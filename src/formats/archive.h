// SPDX-License-Identifier: Apache-2.0
// Archives (tar, also packed by gzip or zstd, and zip) as streams of entries. Nothing is unpacked to
// disk and nothing is held in memory but a buffer. Used by the sources of files and objects. One
// thread at a time.
//
// Other people write archives. What could harm is refused with DataMismatch, which names the archive
// and the entry:
// - paths that are absolute or hold "..", links, devices, sparse files, encrypted entries, and two
//   entries of one name;
// - more entries, more bytes or more inflation than ArchiveLimits allow;
// - whatever is corrupt or cut short, a tar file without its end mark included.
// Folders are passed over, and so is what macOS adds: "__MACOSX/" and names that start with "._".
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "formats/byte_source.h"

namespace weir::formats {

enum class ArchiveKind {
  Auto,  ///< decided by the name
  None,
  Tar,  ///< perhaps packed
  Zip,
};

/// "reports.tar.gz" is a Tar; None when the name says nothing. Auto is never given.
ArchiveKind archive_of_name(std::string_view name);
/// "reports" for "reports.tar.gz": exactly the extension is taken away.
std::string_view without_archive_extension(std::string_view name);

struct ArchiveLimits {
  std::uint64_t entries = 10'000;
  std::uint64_t bytes = std::uint64_t{256} << 30;  ///< inflated
  std::uint64_t ratio = 250;                       ///< inflated bytes for each stored one
};

/// Counts what comes out of a packed stream against what went in.
class InflationMeter {
 public:
  explicit InflationMeter(const ArchiveLimits& limits) : limits_(limits) {}
  void stored(std::uint64_t bytes) { stored_ += bytes; }
  /// Fails when the limits are passed.
  Result<void> inflated(std::uint64_t bytes);

 private:
  ArchiveLimits limits_;
  std::uint64_t stored_ = 0;
  std::uint64_t inflated_ = 0;
};

/// How one kind of archive is walked; see tar_walk.h and zip_walk.h.
class ArchiveWalk {
 public:
  enum class Kind { File, Folder, Link, Other };
  struct Entry {
    std::string path;
    Kind kind = Kind::File;
  };

  virtual ~ArchiveWalk() = default;
  /// The next entry, behind what is left of this one; nothing at the end, which is verified.
  virtual Result<std::optional<Entry>> next() = 0;
  /// Bytes of this entry, as ByteSource::read().
  virtual Result<std::size_t> read(char* to, std::size_t size) = 0;
};

class Archive {
 public:
  /// Begins to read `stored`, which is called `name` in messages. `kind` is Tar or Zip.
  static Result<std::unique_ptr<Archive>> open(std::unique_ptr<ByteSource> stored, ArchiveKind kind,
                                               const ArchiveLimits& limits, const std::string& name);

  /// The path of the next file; what is left of this one is passed over, but not unread: it counts
  /// for the limits and the checksums. Nothing at the end.
  Result<std::optional<std::string>> next();
  /// The bytes of this file, inflated when it is packed by itself. Valid until next().
  Result<std::unique_ptr<ByteSource>> entry();

 private:
  Archive(std::string name, const ArchiveLimits& limits) : name_(std::move(name)), limits_(limits) {}
  Result<std::size_t> read(char* to, std::size_t size);
  Result<std::optional<std::string>> accept(ArchiveWalk::Entry entry);
  friend class EntryBytes;

  std::string name_;
  ArchiveLimits limits_;
  std::shared_ptr<InflationMeter> meter_;  // shared with the walk below
  std::unique_ptr<ArchiveWalk> walk_;
  std::string path_;  // of this entry
  std::set<std::string> seen_;
};

/// Bytes of `source`, counted as inflated ones.
std::unique_ptr<ByteSource> count_inflated(std::unique_ptr<ByteSource> source,
                                           std::shared_ptr<InflationMeter> meter);

}  // namespace weir::formats

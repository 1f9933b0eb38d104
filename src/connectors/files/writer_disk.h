// SPDX-License-Identifier: Apache-2.0
// The few things that the files destination does to a disk, each with errors in words and each
// durable before it returns where it says so. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace weir::files {

/// "cannot write 'x': No space left on device", with the code that the errno asks for.
Failure disk_failure(std::string_view action, const std::filesystem::path& path, int error_number);

/// With all folders above it, durably.
Result<void> make_folder(const std::filesystem::path& folder);
/// Makes the names in a folder durable.
Result<void> sync_folder(const std::filesystem::path& folder);
/// Replaces a small file as a whole: after a crash it holds the old or the new text.
Result<void> replace_file(const std::filesystem::path& path, std::string_view text);
/// Nothing when there is no such file.
Result<std::optional<std::string>> read_file(const std::filesystem::path& path);
/// Moves a file over another one; NotFound when there is no `from`, or no folder for `to`.
Result<void> move_file(const std::filesystem::path& from, const std::filesystem::path& to);
Result<void> remove_file(const std::filesystem::path& path);

/// A file or folder that this process holds until the object is gone; the kernel lets go after a
/// crash, too.
class DiskLock {
 public:
  /// Holds a file, which is made when missing, as soon as nobody else does.
  static Result<DiskLock> wait_for(const std::filesystem::path& file);
  /// Holds a folder; nothing when another one holds it or when there is none.
  static Result<std::optional<DiskLock>> try_folder(const std::filesystem::path& folder);
  DiskLock(DiskLock&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  DiskLock& operator=(DiskLock&&) = delete;
  ~DiskLock();

 private:
  explicit DiskLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

/// A folder that this process holds, and that is removed with the object unless it is kept.
class HeldFolder {
 public:
  /// Makes `parent`/`name`, and removes the folders beside it that no process holds, but those that
  /// `is_needed` keeps. The caller keeps others from doing the same meanwhile. Nothing when another
  /// process holds the folder.
  static Result<std::optional<HeldFolder>> create(
      const std::filesystem::path& parent, const std::string& name,
      const std::function<Result<bool>(const std::string& name)>& is_needed);
  HeldFolder(HeldFolder&&) noexcept = default;
  HeldFolder& operator=(HeldFolder&&) = delete;
  ~HeldFolder();
  const std::filesystem::path& path() const { return path_; }
  enum class AtEnd { Remove, Keep };
  void set_at_end(AtEnd at_end) { at_end_ = at_end; }

 private:
  HeldFolder(std::filesystem::path path, DiskLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  std::filesystem::path path_;
  DiskLock lock_;
  AtEnd at_end_ = AtEnd::Remove;
};

/// A new file that is written from front to end.
class OutputFile {
 public:
  static Result<OutputFile> create(const std::filesystem::path& path);
  OutputFile(OutputFile&& other) noexcept
      : path_(std::move(other.path_)),
        descriptor_(other.descriptor_),
        size_(other.size_),
        handed_on_(other.handed_on_) {
    other.descriptor_ = -1;
  }
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  Result<void> write(std::string_view bytes);
  /// Makes the bytes durable and closes the file.
  Result<void> close();

 private:
  OutputFile(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  std::filesystem::path path_;
  int descriptor_;
  std::uint64_t size_ = 0;
  std::uint64_t handed_on_ = 0;  // of these, the disk has been told
};

/// Makes a file that somebody else wrote durable.
Result<void> sync_file(const std::filesystem::path& path);

}  // namespace weir::files

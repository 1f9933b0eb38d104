// SPDX-License-Identifier: Apache-2.0
#include "sandbox/objects/blob.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <utility>

namespace weir::sandbox::objects {
namespace {

constexpr std::uint64_t kMostExpected = 64U << 20;
constexpr std::size_t kCopiedPiece = 1U << 20;
constexpr std::string_view kIncoming = "incoming-";

class MemoryBlob final : public Blob {
 public:
  explicit MemoryBlob(std::string bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  std::string read(std::uint64_t offset, std::size_t length) const override {
    return offset >= bytes_.size() ? std::string() : bytes_.substr(offset, length);
  }

 private:
  std::string bytes_;
};

class MemoryWriter final : public BlobWriter {
 public:
  void expect(std::uint64_t size) override { bytes_.reserve(std::min(size, kMostExpected)); }
  BlobPointer finish(const std::string&) override { return std::make_shared<MemoryBlob>(std::move(bytes_)); }

 private:
  void write(std::string_view bytes) override { bytes_ += bytes; }

  std::string bytes_;
};

/// The file is opened for each piece: a store may have more objects than a process may have open files.
class FileBlob final : public Blob {
 public:
  FileBlob(std::string path, std::uint64_t size) : path_(std::move(path)), size_(size) {}
  FileBlob(const FileBlob&) = delete;
  FileBlob& operator=(const FileBlob&) = delete;
  ~FileBlob() override {
    if (is_discarded_) unlink(path_.c_str());
  }
  std::uint64_t size() const override { return size_; }
  std::string read(std::uint64_t offset, std::size_t length) const override {
    std::string bytes(std::min<std::uint64_t>(length, size_ - std::min(size_, offset)), '\0');
    const int file = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return {};
    const ssize_t got = pread(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    close(file);
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return bytes;
  }
  std::vector<std::string> files() const override {
    return {std::filesystem::path(path_).filename().string()};
  }
  void discard() const override { is_discarded_ = true; }

 private:
  std::string path_;
  std::uint64_t size_;
  mutable std::atomic<bool> is_discarded_ = false;
};

class FileWriter final : public BlobWriter {
 public:
  explicit FileWriter(const std::string& folder) : folder_(folder) {
    static std::atomic<int> number = 0;
    path_ = folder + "/" + std::string(kIncoming) + std::to_string(getpid()) + "-" + std::to_string(++number);
    file_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  }
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter() override {
    give_up();
    if (!path_.empty()) unlink(path_.c_str());
  }
  BlobPointer finish(const std::string& name) override {
    if (file_ < 0) return nullptr;
    const std::string target = folder_ + "/" + name;
    std::error_code error;
    std::filesystem::rename(path_, target, error);
    if (error) return nullptr;
    path_.clear();
    give_up();
    return std::make_shared<FileBlob>(target, size());
  }

 private:
  void write(std::string_view bytes) override {
    while (!bytes.empty() && file_ >= 0) {
      const ssize_t written = ::write(file_, bytes.data(), bytes.size());
      if (written <= 0) return give_up();
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void give_up() {
    if (file_ >= 0) close(file_);
    file_ = -1;
  }

  std::string folder_;
  std::string path_;
  int file_ = -1;
};

class JoinedBlob final : public Blob {
 public:
  explicit JoinedBlob(std::vector<BlobPointer> parts) : parts_(std::move(parts)) {
    for (const auto& part : parts_) ends_.push_back((ends_.empty() ? 0 : ends_.back()) + part->size());
  }
  std::uint64_t size() const override { return ends_.empty() ? 0 : ends_.back(); }
  std::string read(std::uint64_t offset, std::size_t length) const override {
    std::string bytes;
    auto end = std::upper_bound(ends_.begin(), ends_.end(), offset);
    for (; end != ends_.end() && bytes.size() < length; ++end) {
      const Blob& part = *parts_[static_cast<std::size_t>(end - ends_.begin())];
      const std::string piece =
          part.read(offset + bytes.size() - (*end - part.size()), length - bytes.size());
      if (piece.empty()) break;
      bytes += piece;
    }
    return bytes;
  }
  std::vector<std::string> files() const override {
    std::vector<std::string> names;
    for (const auto& part : parts_) {
      for (std::string& name : part->files()) names.push_back(std::move(name));
    }
    return names;
  }
  void discard() const override {
    for (const auto& part : parts_) part->discard();
  }

 private:
  std::vector<BlobPointer> parts_;
  std::vector<std::uint64_t> ends_;  ///< where each part ends in the whole
};

}  // namespace

void BlobWriter::append(std::string_view bytes) {
  size_ += bytes.size();
  crc32c_.add(bytes);
  md5_.add(bytes);
  write(bytes);
}

std::unique_ptr<BlobWriter> write_blob(const std::string& folder) {
  if (folder.empty()) return std::make_unique<MemoryWriter>();
  return std::make_unique<FileWriter>(folder);
}

BlobPointer open_blob(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return nullptr;
  return std::make_shared<FileBlob>(path, size);
}

BlobPointer join_blobs(std::vector<BlobPointer> parts) {
  if (parts.size() == 1) return parts.front();
  return std::make_shared<JoinedBlob>(std::move(parts));
}

BlobPointer copy_blob(const BlobPointer& blob, const std::string& folder, const std::string& name) {
  if (folder.empty()) return blob;
  const auto writer = write_blob(folder);
  for (std::uint64_t offset = 0; offset < blob->size(); offset += kCopiedPiece) {
    writer->append(blob->read(offset, kCopiedPiece));
  }
  return writer->finish(name);
}

void remove_unfinished(const std::string& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().filename().string().rfind(kIncoming, 0) == 0) {
      std::filesystem::remove(entry.path(), error);
    }
  }
}

}  // namespace weir::sandbox::objects

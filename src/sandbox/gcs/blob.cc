// SPDX-License-Identifier: Apache-2.0
#include "sandbox/gcs/blob.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <utility>

#include "sandbox/gcs/refusal.h"

namespace weir::sandbox::gcs {
namespace {

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
  std::shared_ptr<const Blob> finish(const std::string&) override {
    return std::make_shared<MemoryBlob>(std::move(bytes_));
  }

 private:
  void write(std::string_view bytes) override { bytes_ += bytes; }

  std::string bytes_;
};

/// An open file stays readable when the object is replaced and the file removed.
class FileBlob final : public Blob {
 public:
  FileBlob(int file, std::uint64_t size) : file_(file), size_(size) {}
  FileBlob(const FileBlob&) = delete;
  FileBlob& operator=(const FileBlob&) = delete;
  ~FileBlob() override { close(file_); }
  std::uint64_t size() const override { return size_; }
  std::string read(std::uint64_t offset, std::size_t length) const override {
    std::string bytes(std::min<std::uint64_t>(length, size_ - std::min(size_, offset)), '\0');
    const ssize_t got = pread(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return bytes;
  }

 private:
  int file_;
  std::uint64_t size_;
};

class FileWriter final : public BlobWriter {
 public:
  explicit FileWriter(const std::string& folder) : folder_(folder) {
    static std::atomic<int> number = 0;
    path_ = folder + "/incoming-" + std::to_string(getpid()) + "-" + std::to_string(++number);
    file_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  }
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter() override {
    if (file_ >= 0) close(file_);
    if (!path_.empty()) unlink(path_.c_str());
  }
  std::shared_ptr<const Blob> finish(const std::string& name) override {
    const std::string target = folder_ + "/" + name;
    std::filesystem::rename(std::exchange(path_, {}), target);
    return open_blob(target);
  }

 private:
  void write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_, bytes.data(), bytes.size());
      if (written <= 0) throw Refusal{500, "internalError", "The folder of the sandbox cannot be written."};
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  std::string folder_;
  std::string path_;
  int file_ = -1;
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

std::shared_ptr<const Blob> open_blob(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (file >= 0 && !error) return std::make_shared<FileBlob>(file, size);
  if (file >= 0) close(file);
  return nullptr;
}

}  // namespace weir::sandbox::gcs

// SPDX-License-Identifier: Apache-2.0
// Rows that wait in a file of this machine and are sent with their load job: see row_stage.h.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "connectors/bigquery/row_stage.h"
#include "formats/write_compressed.h"
#include "protocols/google/bigquery_upload.h"

namespace weir::bigquery {
namespace {

/// Rows up to this size are packed, as one piece: whether BigQuery reads gzip files of several members is
/// not said anywhere.
constexpr std::uint64_t kPackedAtMost = std::uint64_t{32} << 20U;
constexpr std::size_t kReadBytes = std::size_t{1} << 20U;

Failure file_failure(const char* what, int number) {
  return fail(number == ENOSPC ? ErrorCode::Exhausted : ErrorCode::Unavailable,
              "{} the rows that wait for their load job: {}; TMPDIR says where they wait, and with a staging "
              "bucket they do not",
              what, std::strerror(number));
}

class FileBytes final : public google::UploadBytes {
 public:
  FileBytes(int file, std::uint64_t size) : file_(file), size_(size) {}
  std::uint64_t size() const override { return size_; }
  Result<std::string> read(std::uint64_t offset, std::size_t length) override {
    std::string bytes(length, '\0');
    std::size_t filled = 0;
    while (filled < length) {
      const auto count =
          ::pread(file_, bytes.data() + filled, length - filled, static_cast<off_t>(offset + filled));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return file_failure("cannot read", count < 0 ? errno : EIO);
      filled += static_cast<std::size_t>(count);
    }
    return bytes;
  }

 private:
  int file_;
  std::uint64_t size_;
};

class TextBytes final : public google::UploadBytes {
 public:
  explicit TextBytes(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<std::string> read(std::uint64_t offset, std::size_t length) override {
    return std::string(bytes_.substr(static_cast<std::size_t>(offset), length));
  }

 private:
  std::string_view bytes_;
};

class FileStage final : public RowStage {
 public:
  explicit FileStage(int file) : file_(file) {}
  ~FileStage() override { ::close(file_); }
  FileStage(const FileStage&) = delete;
  FileStage& operator=(const FileStage&) = delete;

  Result<void> add(std::string_view rows) override {
    while (!rows.empty()) {
      const auto count = ::write(file_, rows.data(), rows.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return file_failure("cannot write", errno);
      rows.remove_prefix(static_cast<std::size_t>(count));
      size_ += static_cast<std::uint64_t>(count);
    }
    return {};
  }

  Result<google::FinishedJob> load(google::BigQueryJobs& jobs, const std::string& base,
                                   google::LoadJob job) override {
    FileBytes rows(file_, size_);
    if (size_ > kPackedAtMost) return google::upload_with_attempts(jobs, base, job, rows);
    WriteBuffer packed;
    const auto compressor = formats::make_compressor(formats::OutputCompression::Gzip);
    TRY(compressor->compress(TRY(rows.read(0, static_cast<std::size_t>(size_))), packed));
    TextBytes bytes(packed.view());
    return google::upload_with_attempts(jobs, base, job, bytes);
  }

  Result<std::vector<StagedRow>> find(const std::vector<RowProblem>& problems) override {
    std::vector<const RowProblem*> all;
    for (const auto& problem : problems) all.push_back(&problem);
    RowFinder finder(std::move(all));
    FileBytes rows(file_, size_);
    for (std::uint64_t at = 0; at < size_; at += kReadBytes) {
      finder.take(
          TRY(rows.read(at, static_cast<std::size_t>(std::min<std::uint64_t>(kReadBytes, size_ - at)))));
    }
    std::vector<StagedRow> staged;
    for (const auto& found : finder.found()) staged.push_back({"upload", found.line, found.bytes});
    return staged;
  }

  void remove() override {}

 private:
  int file_;
  std::uint64_t size_ = 0;
};

}  // namespace

Result<std::unique_ptr<RowStage>> make_file_stage() {
  std::error_code error;
  const auto folder = std::filesystem::temp_directory_path(error);
  if (error) return file_failure("cannot keep", error.value());
  const int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) return file_failure("cannot keep", errno);
  return std::unique_ptr<RowStage>(std::make_unique<FileStage>(file));
}

}  // namespace weir::bigquery

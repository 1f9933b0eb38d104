// SPDX-License-Identifier: Apache-2.0
#include "state/quarantine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <utility>

#include "base/json_text.h"
#include "base/text.h"
#include "state/base64.h"
#include "state/files.h"
#include "state/quarantine_files.h"

namespace weir::state {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;

void write_field(std::string& out, std::string_view field, std::string_view text) {
  fmt::format_to(std::back_inserter(out), "\"{}\":", field);
  write_json_string(out, text);
  out += ',';
}

void write_row(std::string& out, const QuarantinedRow& row) {
  out += '{';
  write_field(out, "input", row.input);
  fmt::format_to(std::back_inserter(out), "\"line\":{},\"offset\":{},", row.line, row.offset);
  write_field(out, "reason", row.reason);
  if (is_utf8(row.bytes)) {
    write_field(out, "bytes", row.bytes);
  } else {
    fmt::format_to(std::back_inserter(out), "\"bytes_base64\":\"{}\",", to_base64(row.bytes));
  }
  write_field(out, "run_id", row.run_id);
  fmt::format_to(std::back_inserter(out), "\"time\":\"{}\"}}\n", to_string(row.time));
}

}  // namespace

std::string quarantine_folder(const std::string& folder, const std::string& pipeline) {
  return fmt::format("{}/quarantine/{}", folder, safe_name(pipeline));
}

std::string quarantine_path(const QuarantinePlace& place) {
  return fmt::format("{}/{}.jsonl", quarantine_folder(place.folder, place.pipeline),
                     safe_name(place.partition));
}

QuarantineWriter::QuarantineWriter(QuarantineWriter&& other) noexcept
    : place_(std::move(other.place_)),
      buffer_(std::move(other.buffer_)),
      temporary_(std::move(other.temporary_)),
      file_(std::exchange(other.file_, -1)),
      rows_(other.rows_),
      broken_(other.broken_) {}

QuarantineWriter::~QuarantineWriter() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(temporary_.c_str());
}

Result<void> QuarantineWriter::add(const QuarantinedRow& row) {
  write_row(buffer_, row);
  ++rows_;
  return buffer_.size() < kBufferBytes ? Result<void>() : flush();
}

Result<void> QuarantineWriter::flush() {
  if (broken_) return fail(ErrorCode::Internal, "rows were added to a quarantine that failed before");
  broken_ = true;
  if (file_ < 0) {
    TRY(make_folders(quarantine_folder(place_.folder, place_.pipeline)));
    // One name a partition: what a killed run left behind is overwritten, not kept for ever.
    temporary_ = quarantine_path(place_) + ".tmp";
    file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file_ < 0) return file_failure(errno, "making", temporary_);
  }
  TRY(write_whole(file_, buffer_, temporary_));
  buffer_.clear();
  broken_ = false;
  return {};
}

Result<void> QuarantineWriter::commit() {
  const auto path = quarantine_path(place_);
  if (rows_ == 0) {
    if (::unlink(path.c_str()) == 0) return sync_folder(quarantine_folder(place_.folder, place_.pipeline));
    if (errno == ENOENT || errno == ENOTDIR) return {};
    return file_failure(errno, "removing", path);
  }
  TRY(flush());
  if (::fsync(file_) != 0) return file_failure(errno, "syncing", temporary_);
  if (::rename(temporary_.c_str(), path.c_str()) != 0) return file_failure(errno, "making", path);
  ::close(std::exchange(file_, -1));
  return sync_folder(quarantine_folder(place_.folder, place_.pipeline));
}

Result<std::uint64_t> remove_from_quarantine(const QuarantinePlace& place,
                                             const std::function<bool(const QuarantinedRow&)>& replayed) {
  auto reader = TRY(QuarantineReader::open(place));
  QuarantineWriter kept(place);
  std::uint64_t removed = 0;
  while (auto row = TRY(reader.next())) {
    if (replayed(*row)) {
      ++removed;
    } else {
      TRY(kept.add(*row));
    }
  }
  if (removed > 0) TRY(kept.commit());
  return removed;
}

}  // namespace weir::state

// SPDX-License-Identifier: Apache-2.0
#include "state/quarantine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/json_text.h"
#include "base/text.h"
#include "state/base64.h"
#include "state/files.h"
#include "state/quarantine_files.h"

namespace weir::state {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} * 1024;

void write_field(std::string& out, std::string_view field, std::string_view text) {
  fmt::format_to(std::back_inserter(out), "\"{}\":", field);
  write_json_string(out, text);
  out += ',';
}

void write_row(std::string& out, const QuarantinedRow& row, const std::string& partition) {
  out += '{';
  write_field(out, "input", row.input);
  if (text_of_name(safe_name(partition)) != partition) write_field(out, "partition", partition);
  fmt::format_to(std::back_inserter(out), "\"line\":{},\"offset\":{},", row.line, row.offset);
  write_field(out, "reason", row.reason);
  if (is_utf8(row.bytes)) {
    write_field(out, "bytes", row.bytes);
  } else {
    fmt::format_to(std::back_inserter(out), "\"bytes_base64\":\"{}\",", to_base64(row.bytes));
  }
  if (row.partial) out += "\"partial\":true,";
  if (!row.table.empty()) {
    write_field(out, "table", row.table);
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

namespace {

/// The rows of a load that is about to be published, and that load's id.
std::string prepared_rows(const QuarantinePlace& place) { return quarantine_path(place) + ".new"; }
std::string prepared_load(const QuarantinePlace& place) { return quarantine_path(place) + ".load"; }

/// Writes a small file so that after a crash it is there whole or not at all.
Result<void> write_durably(const std::string& path, std::string_view text) {
  const auto temporary = path + ".tmp";
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return file_failure(errno, "making", temporary);
  auto written = write_whole(file, text, temporary);
  if (written.ok() && ::fsync(file) != 0) written = file_failure(errno, "syncing", temporary);
  ::close(file);
  TRY(std::move(written));
  if (::rename(temporary.c_str(), path.c_str()) != 0) return file_failure(errno, "making", path);
  return {};
}

/// Replaces a partition's rows by the prepared ones. May be done again after it was cut short.
Result<void> put_in_place(const QuarantinePlace& place) {
  const auto promise = prepared_load(place);
  if (::access(promise.c_str(), F_OK) != 0) return {};
  const auto path = quarantine_path(place);
  const auto rows = prepared_rows(place);
  struct stat status {};
  if (::stat(rows.c_str(), &status) == 0) {
    if (status.st_size == 0) {
      if (::unlink(path.c_str()) != 0 && errno != ENOENT) return file_failure(errno, "removing", path);
      ::unlink(rows.c_str());
    } else if (::rename(rows.c_str(), path.c_str()) != 0) {
      return file_failure(errno, "making", path);
    }
  }
  TRY(sync_folder(quarantine_folder(place.folder, place.pipeline)));
  if (::unlink(promise.c_str()) != 0) return file_failure(errno, "removing", promise);
  return {};
}

}  // namespace

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
  write_row(buffer_, row, place_.partition);
  ++rows_;
  return buffer_.size() < kBufferBytes ? Result<void>() : flush();
}

Result<void> QuarantineWriter::flush() {
  if (broken_) return fail(ErrorCode::Internal, "rows were added to a quarantine that failed before");
  broken_ = true;
  if (file_ < 0) {
    TRY(make_folders(quarantine_folder(place_.folder, place_.pipeline)));
    // One name a partition: what a killed run left behind is overwritten, not kept for ever.
    temporary_ = prepared_rows(place_);
    file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file_ < 0) return file_failure(errno, "making", temporary_);
  }
  TRY(write_whole(file_, buffer_, temporary_));
  buffer_.clear();
  broken_ = false;
  return {};
}

Result<void> QuarantineWriter::prepare(const std::string& load_id) {
  const auto path = quarantine_path(place_);
  // Nothing was and nothing is set aside: the usual case, and nothing to do.
  if (rows_ == 0 && ::access(path.c_str(), F_OK) != 0 && errno != EACCES) return {};
  TRY(flush());
  if (::fsync(file_) != 0) return file_failure(errno, "syncing", temporary_);
  // The load's id makes the rows a promise; it appears at once and only after them.
  const auto promise = prepared_load(place_);
  TRY(write_durably(promise, load_id));
  ::close(std::exchange(file_, -1));
  return sync_folder(quarantine_folder(place_.folder, place_.pipeline));
}

Result<void> QuarantineWriter::commit() { return put_in_place(place_); }

Result<void> settle_quarantine(const QuarantinePlace& place, const std::string& load_id) {
  const auto promise = prepared_load(place);
  std::ifstream file(promise, std::ios::binary);
  if (!file) return {};
  const std::string promised{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (promised == load_id) return put_in_place(place);
  ::unlink(prepared_rows(place).c_str());
  ::unlink(promise.c_str());
  return {};
}

}  // namespace weir::state

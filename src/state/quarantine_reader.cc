// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "state/base64.h"
#include "state/files.h"
#include "state/quarantine.h"
#include "state/quarantine_files.h"

namespace weir::state {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} * 1024;
constexpr std::size_t kMostReasons = 100;

/// The member's text, or nothing when it is missing or no text.
std::optional<std::string> text_of(const nlohmann::json& row, const char* field) {
  const auto found = row.find(field);
  if (found == row.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

bool is_set(const nlohmann::json& row, const char* field) {
  const auto found = row.find(field);
  return found != row.end() && found->is_boolean() && found->get<bool>();
}

std::uint64_t number_of(const nlohmann::json& row, const char* field) {
  const auto found = row.find(field);
  return found != row.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

nlohmann::json parse(std::string_view line) {
  return nlohmann::json::parse(line, /*cb=*/nullptr, /*allow_exceptions=*/false);
}

/// What cannot be done without is the bytes; a person may have edited or left out the rest.
std::optional<QuarantinedRow> row_from(std::string_view line) {
  const auto json = parse(line);
  if (!json.is_object()) return std::nullopt;
  auto bytes = text_of(json, "bytes");
  if (!bytes) bytes = from_base64(text_of(json, "bytes_base64").value_or("?"));
  if (!bytes) return std::nullopt;
  QuarantinedRow row;
  row.input = text_of(json, "input").value_or("");
  row.line = number_of(json, "line");
  row.offset = number_of(json, "offset");
  row.reason = text_of(json, "reason").value_or("");
  row.bytes = *std::move(bytes);
  row.partial = is_set(json, "partial");
  row.table = text_of(json, "table").value_or("");
  row.partition = text_of(json, "partition").value_or("");
  row.run_id = text_of(json, "run_id").value_or("");
  row.time = parse_timestamp(text_of(json, "time").value_or("")).value_or(Timestamp{});
  return row;
}

/// "timestamp: 'yesterday' is not a timestamp" -> "timestamp: '…' is not a timestamp".
std::string kind_of(const std::string& reason) {
  std::string kind;
  std::size_t at = 0;
  while (true) {
    const auto open = reason.find('\'', at);
    const auto close = open == reason.npos ? reason.npos : reason.find('\'', open + 1);
    if (close == reason.npos) return kind + reason.substr(at);
    kind += reason.substr(at, open - at) + "'…'";
    at = close + 1;
  }
}

void count(QuarantineSummary& summary, const QuarantinedRow& row) {
  if (summary.rows == 0) summary.first_reason = row.reason;
  if (!row.partition.empty()) summary.partition = row.partition;
  ++summary.rows;
  auto kind = kind_of(row.reason);
  if (!summary.reasons.contains(kind) && summary.reasons.size() + 1 >= kMostReasons) kind = "other reasons";
  ++summary.reasons[kind];
}

/// The files of a folder with an ending, sorted; none when there is no such folder.
Result<std::vector<std::string>> names_in(const std::string& folder, std::string_view ending) {
  std::vector<std::string> names;
  std::error_code problem;
  std::filesystem::directory_iterator entries(folder, problem);
  for (; !problem && entries != std::filesystem::directory_iterator(); entries.increment(problem)) {
    auto name = entries->path().filename().string();
    if (name.ends_with(ending)) names.push_back(name.substr(0, name.size() - ending.size()));
  }
  if (problem && problem != std::errc::no_such_file_or_directory && problem != std::errc::not_a_directory) {
    return file_failure(problem.value(), "listing", folder);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Result<QuarantineReader> QuarantineReader::open(const QuarantinePlace& place) {
  auto path = quarantine_path(place);
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno != ENOENT) return file_failure(errno, "opening", path);
  return QuarantineReader(std::move(path), file);
}

QuarantineReader::QuarantineReader(QuarantineReader&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      buffer_(std::move(other.buffer_)),
      start_(other.start_),
      line_(other.line_) {}

QuarantineReader::~QuarantineReader() {
  if (file_ >= 0) ::close(file_);
}

Result<std::optional<std::string_view>> QuarantineReader::next_line() {
  std::size_t searched = start_;
  while (true) {
    const auto end = buffer_.find('\n', searched);
    if (end != buffer_.npos) {
      const auto line = std::string_view(buffer_).substr(start_, end - start_);
      start_ = end + 1;
      ++line_;
      return std::optional(line);
    }
    buffer_.erase(0, std::exchange(start_, 0));
    searched = buffer_.size();
    buffer_.resize(searched + kReadBytes);
    const auto taken = file_ < 0 ? 0 : ::read(file_, buffer_.data() + searched, kReadBytes);
    buffer_.resize(searched + static_cast<std::size_t>(std::max<ssize_t>(taken, 0)));
    if (taken < 0 && errno != EINTR) return file_failure(errno, "reading", path_);
    if (taken == 0 && buffer_.empty()) return std::optional<std::string_view>();
    if (taken == 0) buffer_ += '\n';
  }
}

Result<std::optional<QuarantinedRow>> QuarantineReader::next() {
  const auto line = TRY(next_line());
  if (!line) return std::optional<QuarantinedRow>();
  auto row = row_from(*line);
  if (row) return row;
  return fail(
      ErrorCode::DataMismatch,
      "{}:{}: not a quarantined row: expected a JSON object with 'bytes' or 'bytes_base64'; correct or "
      "remove the line",
      path_, line_);
}

namespace {

Result<QuarantineSummary> summarize(const QuarantinePlace& place) {
  QuarantineSummary summary;
  summary.pipeline = place.pipeline;
  summary.partition = place.partition;
  auto reader = TRY(QuarantineReader::open(place));
  while (const auto row = TRY(reader.next())) count(summary, *row);
  return summary;
}

}  // namespace

Result<std::vector<QuarantineSummary>> list_quarantine(const std::string& folder,
                                                       const std::string& pipeline) {
  auto pipelines = TRY(names_in(folder + "/quarantine", ""));
  if (!pipeline.empty())
    std::erase_if(pipelines, [&](const auto& name) { return name != safe_name(pipeline); });
  std::vector<QuarantineSummary> all;
  for (const auto& name : pipelines) {
    for (const auto& partition : TRY(names_in(folder + "/quarantine/" + name, ".jsonl"))) {
      auto summary = TRY(summarize({folder, text_of_name(name), text_of_name(partition)}));
      if (summary.rows > 0) all.push_back(std::move(summary));
    }
  }
  return all;
}

}  // namespace weir::state

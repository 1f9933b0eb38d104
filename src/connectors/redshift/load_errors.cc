// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/load_errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"
#include "connectors/redshift/shown.h"
#include "formats/inflate.h"

namespace weir::redshift {
namespace {

constexpr const char* kDetailed =
    "SELECT TRIM(filename), line_number, TRIM(colname), RTRIM(raw_field_value), RTRIM(raw_line), err_code, "
    "TRIM(err_reason) FROM stl_load_errors WHERE query = pg_last_copy_id() ORDER BY starttime, line_number "
    "LIMIT 1000";
// Serverless workgroups have this one only.
constexpr const char* kBrief =
    "SELECT TRIM(file_name), line_number, TRIM(column_name), '', '', error_code, TRIM(error_message) "
    "FROM sys_load_error_detail WHERE query_id = pg_last_copy_id() ORDER BY start_time, line_number LIMIT "
    "1000";

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// What S3 said to the cluster, as Redshift passes it on.
std::optional<ErrorCode> code_of_storage(std::string_view words) {
  constexpr std::array<std::pair<std::string_view, ErrorCode>, 12> kCodes = {{
      {"AccessDenied", ErrorCode::PermissionDenied},
      {"not authorized to assume", ErrorCode::PermissionDenied},
      {"SignatureDoesNotMatch", ErrorCode::PermissionDenied},
      {"InvalidAccessKeyId", ErrorCode::PermissionDenied},
      {"ExpiredToken", ErrorCode::Unavailable},  // the next attempt gets new keys
      {"NoSuchBucket", ErrorCode::NotFound},
      {"PermanentRedirect", ErrorCode::InvalidConfig},
      {"NoSuchKey", ErrorCode::NotFound},
      {"S3 prefix", ErrorCode::NotFound},
      {"SlowDown", ErrorCode::Unavailable},
      {"InternalError", ErrorCode::Unavailable},
      {"S3ServiceException", ErrorCode::Unavailable},
  }};
  for (const auto& [word, code] : kCodes) {
    if (has(words, word)) return code;
  }
  return std::nullopt;
}

class Bytes final : public formats::ByteSource {
 public:
  explicit Bytes(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read(char* to, std::size_t size) override {
    const auto count = std::min(size, bytes_.size() - at_);
    std::memcpy(to, bytes_.data() + at_, count);
    at_ += count;
    return count;
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

}  // namespace

bool is_conflict(const postgres::ServerError& failure) {
  return failure.message == "1023" || has(failure.message, "Serializable isolation violation") ||
         has(failure.detail, "Serializable isolation violation") || failure.sqlstate == "40001";
}

bool blames_rows(const postgres::ServerError& failure) {
  return has(failure.message, "stl_load_errors") || has(failure.message, "sys_load_error_detail");
}

Error explain(const postgres::ServerError& failure, const Error& error) {
  if (failure.sqlstate.empty()) return error;
  if (is_conflict(failure)) {
    return {
        ErrorCode::Conflict,
        "another transaction changed what this load reads (error 1023, serializable isolation violation)"};
  }
  const auto code = code_of_storage(failure.message + failure.detail);
  if (!code) return error;
  const auto* remedy = *code == ErrorCode::PermissionDenied
                           ? "; the role or keys of the connection must be able to read the staging bucket"
                       : *code == ErrorCode::InvalidConfig ? "; set copy_region to the bucket's region"
                                                           : "";
  return {*code, "Redshift could not read the staged objects: " + failure.message + remedy};
}

std::vector<LoadError> read_load_errors(postgres::Connection& connection) {
  for (const auto* sql : {kDetailed, kBrief}) {
    const auto rows = connection.execute(sql);
    if (!rows || rows->size() == 0) continue;
    std::vector<LoadError> errors;
    for (std::size_t row = 0; row < rows->size(); ++row) {
      const auto text = [&](std::size_t column) { return std::string(rows->text(row, column)); };
      errors.push_back({text(0), static_cast<std::uint64_t>(rows->integer(row, 1)), text(2), text(3), text(4),
                        static_cast<int>(rows->integer(row, 5)), text(6)});
    }
    return errors;
  }
  return {};
}

std::size_t end_of_row(std::string_view text, std::size_t start) {
  auto end = start;
  while (end < text.size() && text[end] != '\n') end += text[end] == '\\' ? 2 : 1;
  return std::min(end, text.size());
}

std::optional<std::uint64_t> find_row(std::string_view text, const LoadError& error) {
  std::uint64_t row = 0;
  std::uint64_t line = 1;
  std::optional<std::uint64_t> by_line;
  std::optional<std::uint64_t> by_row;
  const auto fits = [&](std::string_view raw) {
    return !error.row.empty() && raw.substr(0, error.row.size()) == error.row;
  };
  for (std::size_t start = 0; start < text.size(); ++row) {
    const auto end = end_of_row(text, start);
    const auto raw = text.substr(start, end - start);
    if (line == error.line) by_line = row;
    if (line == error.line && fits(raw)) return row;
    if (row + 1 == error.line && fits(raw)) by_row = row;
    line += static_cast<std::uint64_t>(std::count(raw.begin(), raw.end(), '\n')) + 1;
    start = end + 1;
  }
  return by_row ? by_row : by_line;
}

Result<std::string> read_part(io::ObjectStore& store, const Part& part, StagedCompression compression) {
  auto stored = TRY(store.read(part.key, {0, part.size}, ""));
  if (compression == StagedCompression::None) return stored;
  const auto source = TRY(formats::inflate(std::make_unique<Bytes>(std::move(stored)),
                                           formats::Compression::Gzip, store.uri(part.key)));
  std::string text;
  std::string piece(1 << 20, '\0');
  while (true) {
    const auto count = TRY(source->read(piece.data(), piece.size()));
    if (count == 0) return text;
    text.append(piece, 0, count);
  }
}

std::string describe_cell(const LoadError& error) {
  const auto cell = error.column.empty()  ? std::string()
                    : error.value.empty() ? error.column + ": "
                                          : fmt::format("{} '{}': ", error.column, shortened(error.value));
  return fmt::format("{}{} (error {})", cell, error.reason, error.code);
}

std::string describe(const LoadError& error, std::string_view table, std::optional<std::uint64_t> row) {
  const auto place =
      row ? fmt::format("row {} of table {}", *row + 1, table) : fmt::format("table {}", table);
  return fmt::format("{} ({} line {}): {}", place, error.file, error.line, describe_cell(error));
}

}  // namespace weir::redshift

// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/runs.h"

#include <algorithm>

#include "base/json_text.h"
#include "sandbox/looker/api_error.h"

namespace weir::sandbox::looker {
namespace {

bool is_on(const Request& request, const std::string& name) {
  const std::string value = request.parameter(name).value_or("");
  return value == "true" || value == "1";
}

bool is_only_unknown_fields(const ApiError& error) {
  return error.status == 422 &&
         std::all_of(error.problems.begin(), error.problems.end(),
                     [](const Problem& problem) { return problem.message.rfind("Unknown field", 0) == 0; });
}

Answer error_row(const std::string& message) {
  std::string body = "[{\"looker_error\":";
  write_json_string(body, message);
  return {.content_type = "application/json", .body = body + "}]"};
}

Problems unknown_format(const std::string& format) {
  return {{"result_format", "invalid", "The sandbox does not serve the result format " + format}};
}

}  // namespace

std::shared_ptr<void> QueryRuns::ticket() {
  const auto running = running_;
  const std::int64_t most = instance_.settings().concurrency;
  if (++*running > most && most > 0) {
    --*running;
    throw ApiError{429, "Too many queries at a time"};
  }
  return {running.get(), [running](void*) { --*running; }};
}

RowAnswer QueryRuns::rows(const Query& query, const std::string& format, const Request& request) {
  RowAnswer rows{.plan = instance_.plan(query), .writer = nullptr};
  const Formatting formatting = is_on(request, "apply_formatting") ? Formatting::On : Formatting::Off;
  rows.writer = make_writer(format, rows.plan, formatting);
  if (rows.writer == nullptr) throw validation_failed(unknown_format(format));
  rows.ticket = ticket();
  if (request.fault != nullptr) rows.fault = *request.fault;
  return rows;
}

Answer QueryRuns::answer(Query query, const std::string& format, const Request& request) {
  if (const auto limit = request.parameter("limit")) query.limit = *limit;
  try {
    if (format == "sql") {
      const auto found = find_explore(query.model, query.explore);
      return {.content_type = "text/plain", .body = sql_of(*instance_.plan(query), *found.second)};
    }
    RowAnswer rows = this->rows(query, format, request);
    const bool packs = request.header("accept-encoding").value_or("").find("gzip") != std::string::npos;
    rows.packing = packs ? Packing::Gzip : Packing::None;
    return stream_rows(std::move(rows));
  } catch (const ApiError& error) {
    const bool is_row = instance_.settings().unknown_field == UnknownField::ErrorRow;
    if (is_row && is_only_unknown_fields(error)) return error_row(error.problems.front().message);
    throw;
  }
}

std::string QueryRuns::text(const Query& query, const std::string& format, const Request& request) {
  return all_rows(rows(query, format, request));
}

}  // namespace weir::sandbox::looker

// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/bigquery_client.h"

#include <algorithm>

#include "protocols/google/encoding.h"
#include "protocols/google/gcs_address.h"
#include "protocols/google/json_cursor.h"
#include "protocols/google/json_value.h"

namespace weir::google {
namespace {

std::string with_query(std::string url, const BigQueryClient::Query& query) {
  char separator = '?';
  for (const auto& [name, value] : query) {
    url += separator + name + "=" + percent_encode(value);
    separator = '&';
  }
  return url;
}

/// What a person grants so that the next attempt works.
Error with_grant(const Error& error, const BigQueryPlace& place, const Credentials& credentials) {
  if (error.code() != ErrorCode::PermissionDenied) return error;
  return {ErrorCode::PermissionDenied,
          fmt::format("{}; weir needs the roles BigQuery Job User on project {} and BigQuery Data Editor on "
                      "dataset {} for {}",
                      error.message(), place.project, place.dataset, describe(credentials))};
}

/// An answer can end early although HTTP calls it complete: some proxies do that.
bool is_whole(const std::string& body) {
  JsonCursor cursor(body);
  return body.empty() || !cursor.take().empty();
}

}  // namespace

io::HttpRequest BigQueryClient::request_in(const std::string& project, const std::string& method,
                                           const std::string& path, const Query& query) const {
  return {
      .method = method,
      .url = with_query(place_.endpoint + "/bigquery/v2/projects/" + percent_encode(project) + path, query),
      .timeout = place_.timeout,
      .stall_timeout = kStallTimeout};
}

io::HttpRequest BigQueryClient::request(const std::string& method, const std::string& path,
                                        const Query& query) const {
  return request_in(place_.project, method, path, query);
}

io::HttpRequest BigQueryClient::table_request(const std::string& method, const BigQueryTableName& table,
                                              const std::string& path, const Query& query) const {
  return request_in(
      table.project, method,
      "/datasets/" + percent_encode(table.dataset) + "/tables/" + percent_encode(table.table) + path, query);
}

io::HttpRequest BigQueryClient::upload_request(const std::string& path, const Query& query) const {
  auto made = request("POST", path, query);
  made.url.insert(place_.endpoint.size(), "/upload");
  return made;
}

Result<io::HttpResponse> BigQueryClient::send(const io::HttpRequest& request) {
  Patience patience(world(), policy());
  while (true) {
    auto done = api_.send(request);
    if (!done.answer.ok()) return Failure(with_grant(done.answer.error(), place_, credentials()));
    if (is_whole(done.answer->body)) return std::move(done.answer);
    const Error cut(ErrorCode::Unavailable, io::host_of(request.url) + " sent an answer that is cut short");
    if (!io::is_repeatable(request) || patience.after(cut) == io::RetryAction::GiveUp) return Failure(cut);
  }
}

Result<std::string> BigQueryClient::location() {
  if (!place_.location.empty()) return place_.location;
  const std::lock_guard lock(mutex_);
  if (location_.empty()) location_ = TRY(ask_location());
  return location_;
}

Result<std::string> BigQueryClient::ask_location() {
  const auto answer = send(request("GET", "/datasets/" + percent_encode(place_.dataset)));
  if (!answer && answer.error().code() == ErrorCode::NotFound) {
    return fail(ErrorCode::NotFound,
                "there is no dataset {} in project {}; make it with: bq mk --location=<location> {}:{}",
                place_.dataset, place_.project, place_.project, place_.dataset);
  }
  if (!answer) return Failure(answer.error());
  const auto location = text_of(parse_json(answer->body), "location");
  if (!location.empty()) return location;
  return fail(ErrorCode::DataMismatch, "BigQuery describes dataset {} without its location", place_.dataset);
}

Result<void> BigQueryClient::check_dataset() {
  const auto actual = TRY(ask_location());
  const auto same = [](std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return (x | 0x20) == (y | 0x20); });
  };
  if (place_.location.empty() || same(actual, place_.location)) return {};
  return fail(ErrorCode::InvalidConfig,
              "dataset {} is in {}, and the connection's location is {}; write location: {}, or leave it out",
              place_.dataset, actual, place_.location, actual);
}

}  // namespace weir::google

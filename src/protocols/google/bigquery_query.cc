// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/bigquery_query.h"

#include "protocols/google/bigquery_job_json.h"
#include "protocols/google/encoding.h"
#include "protocols/google/json_cursor.h"
#include "protocols/google/json_value.h"

namespace weir::google {
namespace {

using Json = nlohmann::json;

constexpr int kWait = 20'000;  // milliseconds that the server may take for an answer

/// What of an answer with rows is needed to go on.
struct Answer {
  bool is_complete = false;
  std::string token;
  std::string job;
};

Result<void> add_row(JsonCursor row, BigQueryRows& rows) {
  std::string_view key;
  row.enter();
  auto& cells = rows.emplace_back();
  if (!row.next_member(key) || key != "f") return fail(ErrorCode::DataMismatch, "a row has no cells");
  for (row.enter(); row.next_element();) {
    row.enter();
    if (!row.next_member(key) || key != "v") return fail(ErrorCode::DataMismatch, "a cell has no value");
    const auto kind = row.kind();
    const auto value = row.take();
    if (kind != JsonCursor::Kind::Null && kind != JsonCursor::Kind::String) {
      return fail(ErrorCode::DataMismatch, "BigQuery sent {} where a plain value should stand",
                  value.substr(0, 100));
    }
    cells.push_back(kind == JsonCursor::Kind::Null ? std::nullopt : std::optional(unquoted_json(value)));
    while (row.next_member(key)) row.take();
  }
  return {};
}

Result<Answer> take_answer(const io::HttpResponse& response, BigQueryRows& rows) {
  Answer answer;
  JsonCursor cursor(response.body);
  std::string_view name;
  cursor.enter();
  while (cursor.next_member(name)) {
    if (name == "rows" && cursor.kind() == JsonCursor::Kind::Array) {
      for (cursor.enter(); cursor.next_element();) TRY(add_row(JsonCursor(cursor.take()), rows));
      continue;
    }
    const auto value = cursor.take();
    if (name == "jobComplete") answer.is_complete = value == "true";
    if (name == "pageToken") answer.token = unquoted_json(value);
    if (name == "jobReference") answer.job = text_of(parse_json(std::string(value)), "jobId");
  }
  if (!cursor.is_broken()) return answer;
  return fail(ErrorCode::Unavailable, "the answer to a query is no whole JSON");
}

Result<io::HttpResponse> begin_query(BigQueryClient& client, const std::string& sql,
                                     const std::vector<BigQueryParameter>& parameters,
                                     const std::string& location) {
  Json body = {{"query", sql},
               {"useLegacySql", false},
               {"location", location},
               {"timeoutMs", kWait},
               {"formatOptions", {{"useInt64Timestamp", true}}}};
  if (!parameters.empty()) {
    body["parameterMode"] = "NAMED";
    body["queryParameters"] = parameters_json(parameters);
  }
  auto request = client.request("POST", "/queries");
  request.headers = {{"Content-Type", "application/json; charset=UTF-8"}};
  request.body = dump_json(body);
  request.repeat = io::Repeat::Always;  // it changes nothing
  return client.send(request);
}

}  // namespace

Result<BigQueryRows> query_rows(BigQueryClient& client, const std::string& sql,
                                const std::vector<BigQueryParameter>& parameters) {
  const auto location = TRY(client.location());
  BigQueryRows rows;
  Answer answer = TRY(take_answer(TRY(begin_query(client, sql, parameters, location)), rows));
  std::chrono::milliseconds waited{0};
  while (!answer.is_complete || !answer.token.empty()) {
    if (!answer.is_complete && (waited += std::chrono::milliseconds(kWait)) > client.place().job_timeout) {
      return fail(ErrorCode::Unavailable, "a query is not done after {}; job_timeout allows no more",
                  human_duration(waited));
    }
    BigQueryClient::Query query = {{"location", location},
                                   {"timeoutMs", std::to_string(kWait)},
                                   {"formatOptions.useInt64Timestamp", "true"}};
    if (answer.is_complete) query.emplace_back("pageToken", answer.token);
    const auto request = client.request("GET", "/queries/" + percent_encode(answer.job), query);
    answer = TRY(take_answer(TRY(client.send(request)), rows));
  }
  return rows;
}

}  // namespace weir::google

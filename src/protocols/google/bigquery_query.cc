// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/bigquery_query.h"

#include "protocols/google/bigquery_job_json.h"
#include "protocols/google/encoding.h"
#include "protocols/google/json_value.h"

namespace weir::google {
namespace {

using Json = nlohmann::json;

constexpr int kWait = 20'000;  // milliseconds that the server may take for an answer

Result<void> add_rows(const Json& answer, BigQueryRows& rows) {
  for (const Json& row : member_of(answer, "rows")) {
    auto& cells = rows.emplace_back();
    for (const Json& cell : member_of(row, "f")) {
      const Json& value = member_of(cell, "v");
      if (!value.is_null() && !value.is_string()) {
        return fail(ErrorCode::DataMismatch, "BigQuery sent {} where a plain value should stand",
                    dump_json(value).substr(0, 100));
      }
      cells.push_back(value.is_null() ? std::nullopt : std::optional(value.get<std::string>()));
    }
  }
  return {};
}

Result<Json> checked(const io::HttpResponse& response) {
  Json answer = parse_json(response.body);
  if (answer.is_object()) return answer;
  return fail(ErrorCode::DataMismatch, "the answer to a query is no JSON object");
}

Result<Json> begin(BigQueryClient& client, const std::string& sql,
                   const std::vector<BigQueryParameter>& parameters, const std::string& location) {
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
  return checked(TRY(client.send(request)));
}

}  // namespace

Result<BigQueryRows> query_rows(BigQueryClient& client, const std::string& sql,
                                const std::vector<BigQueryParameter>& parameters) {
  const auto location = TRY(client.location());
  Json answer = TRY(begin(client, sql, parameters, location));
  BigQueryRows rows;
  std::chrono::milliseconds waited{0};
  while (true) {
    const bool is_complete = member_of(answer, "jobComplete") == true;
    if (is_complete) TRY(add_rows(answer, rows));
    const auto token = is_complete ? text_of(answer, "pageToken") : "";
    if (is_complete && token.empty()) return rows;
    if (!is_complete && (waited += std::chrono::milliseconds(kWait)) > client.place().job_timeout) {
      return fail(ErrorCode::Unavailable, "a query is not done after {}; job_timeout allows no more",
                  human_duration(waited));
    }
    BigQueryClient::Query query = {{"location", location},
                                   {"timeoutMs", std::to_string(kWait)},
                                   {"formatOptions.useInt64Timestamp", "true"}};
    if (!token.empty()) query.emplace_back("pageToken", token);
    const auto id = text_of(member_of(answer, "jobReference"), "jobId");
    answer = TRY(checked(TRY(client.send(client.request("GET", "/queries/" + percent_encode(id), query)))));
  }
}

}  // namespace weir::google

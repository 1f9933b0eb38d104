// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/bigquery_tables.h"

#include <algorithm>

#include "base/text.h"
#include "protocols/google/bigquery_json.h"
#include "protocols/google/encoding.h"
#include "protocols/google/json_value.h"

namespace weir::google {
namespace {

using Json = nlohmann::json;

io::HttpRequest with_json(io::HttpRequest request, const Json& json) {
  request.headers.push_back({"Content-Type", "application/json; charset=UTF-8"});
  request.body = dump_json(json);
  request.repeat = io::Repeat::Always;
  return request;
}

/// "Not found: Dataset p:d", which is another matter than a missing table.
bool is_about_dataset(const Error& error) {
  return error.message().find("Not found: Dataset") != std::string::npos;
}

}  // namespace

Result<std::optional<BigQueryTable>> BigQueryTables::find(const BigQueryTableName& name) {
  const auto answer = client_.send(client_.table_request("GET", name));
  if (!answer && answer.error().code() == ErrorCode::NotFound && !is_about_dataset(answer.error())) {
    return std::optional<BigQueryTable>();
  }
  if (!answer) return Failure(Error(answer.error()).within("looking at table " + name.shown()));
  auto table = table_of(parse_json(answer->body));
  if (table.name.table.empty()) {
    return fail(ErrorCode::DataMismatch, "BigQuery describes table {} without its name", name.shown());
  }
  return std::optional(std::move(table));
}

Result<void> BigQueryTables::create(const BigQueryTable& table) {
  const auto made = client_.send(
      with_json(client_.request("POST", "/datasets/" + percent_encode(table.name.dataset) + "/tables"),
                json_of(table)));
  if (made || made.error().code() == ErrorCode::Conflict) return {};
  return Failure(Error(made.error()).within("making table " + table.name.shown()));
}

Result<void> BigQueryTables::add_columns(const BigQueryTableName& name,
                                         const std::vector<BigQueryField>& fields) {
  auto added = add_columns_once(name, fields);
  // Somebody else changed the table between the two requests.
  if (!added && added.error().code() == ErrorCode::Conflict) added = add_columns_once(name, fields);
  return std::move(added).within("adding columns to table " + name.shown());
}

/// The schema is sent back as it came, with what weir knows nothing of: a PATCH replaces it as a whole.
Result<void> BigQueryTables::add_columns_once(const BigQueryTableName& name,
                                              const std::vector<BigQueryField>& fields) {
  const auto answer = TRY(client_.send(client_.table_request("GET", name)));
  const Json resource = parse_json(answer.body);
  Json schema = member_of(resource, "schema");
  if (!schema.is_object()) schema = {{"fields", Json::array()}};
  const auto known = table_of(resource);
  bool is_changed = false;
  for (const BigQueryField& field : fields) {
    if (known.find(field.name) != nullptr) continue;
    schema["fields"].push_back(json_of(field));
    is_changed = true;
  }
  if (!is_changed) return {};
  auto patch = with_json(client_.table_request("PATCH", name), {{"schema", schema}});
  patch.headers.push_back({"If-Match", text_of(resource, "etag")});
  TRY(client_.send(patch));
  return {};
}

Result<void> BigQueryTables::remove(const BigQueryTableName& name) {
  const auto removed = client_.send(client_.table_request("DELETE", name));
  if (removed || removed.error().code() == ErrorCode::NotFound) return {};
  return Failure(Error(removed.error()).within("removing table " + name.shown()));
}

Result<std::vector<std::string>> BigQueryTables::list(const std::string& prefix) {
  const auto& dataset = client_.place().dataset;
  std::vector<std::string> names;
  std::string token;
  do {
    BigQueryClient::Query query = {{"maxResults", "1000"}};
    if (!token.empty()) query.emplace_back("pageToken", token);
    const auto answer =
        TRY(client_.send(client_.request("GET", "/datasets/" + percent_encode(dataset) + "/tables", query))
                .within("listing the tables of " + dataset));
    const Json json = parse_json(answer.body);
    if (!json.is_object()) {
      return fail(ErrorCode::DataMismatch, "the answer to a listing of {} is no JSON object", dataset);
    }
    for (const Json& item : member_of(json, "tables")) {
      auto name = text_of(member_of(item, "tableReference"), "tableId");
      if (name.starts_with(prefix)) names.push_back(std::move(name));
    }
    token = text_of(json, "nextPageToken");
  } while (!token.empty());
  return names;
}

}  // namespace weir::google

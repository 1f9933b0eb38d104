// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/table_rows.h"

#include "base/text.h"
#include "protocols/google/encoding.h"
#include "protocols/google/json_value.h"

namespace weir::sandbox::bigquery {
namespace {

constexpr std::int64_t kRowsOfPage = 10'000;
constexpr std::size_t kLargestPage = std::size_t{10} * 1024 * 1024;

std::optional<std::int64_t> number(const Parameters& query, const std::string& name) {
  const auto found = query.find(name);
  if (found == query.end()) return std::nullopt;
  const auto value = google::number_of({{"n", found->second}}, "n");
  if (!value) throw Refusal{"invalid", "Invalid value for " + name + ": " + found->second, name};
  return static_cast<std::int64_t>(*value);
}

std::int64_t first_of_token(const std::string& token, const std::string& name) {
  const std::string text = google::from_base64_url(token).value_or("");
  const std::size_t slash = text.rfind('/');
  const auto first =
      slash == std::string::npos ? std::nullopt : google::number_of({{"n", text.substr(slash + 1)}}, "n");
  if (!first || text.substr(0, slash) != name)
    throw Refusal{"invalid", "Invalid page token: " + token, "pageToken"};
  return static_cast<std::int64_t>(*first);
}

TimestampOutput output_of(const Parameters& query) {
  const auto text = [&query](const char* name) {
    const auto found = query.find(name);
    return found == query.end() ? std::string() : found->second;
  };
  const std::string format = text("formatOptions.timestampOutputFormat");
  if (text("formatOptions.useInt64Timestamp") == "true" || format == "INT64") return TimestampOutput::Micros;
  if (format == "ISO8601_STRING") return TimestampOutput::Iso;
  if (format.empty() || format == "FLOAT64" || format == "TIMESTAMP_OUTPUT_FORMAT_UNSPECIFIED")
    return TimestampOutput::FloatSeconds;
  throw Refusal{"invalid", "Invalid value for formatOptions.timestampOutputFormat: " + format,
                "formatOptions.timestampOutputFormat"};
}

}  // namespace

TableRows::TableRows(Warehouse& warehouse, const Table& table, const std::string& partition, Fields fields)
    : warehouse_(warehouse),
      fields_(std::move(fields)),
      from_(sql_identifier(table.storage) + " WHERE " + partition_condition(table, partition)) {}

std::int64_t TableRows::count() { return warehouse_.integer("SELECT count(*) FROM " + from_); }

std::vector<Row> TableRows::read(std::int64_t first, std::int64_t count) {
  if (fields_.empty()) return {};
  std::string values;
  for (const Field& field : fields_)
    values += (values.empty() ? "" : ", ") + show_sql(field, sql_identifier(field.name));
  return warehouse_.rows(fmt::format("SELECT {} FROM {} LIMIT {} OFFSET {}", values, from_, count, first));
}

PageRequest page_request(const Parameters& query, const std::string& name) {
  PageRequest request;
  request.most = number(query, "maxResults").value_or(0);
  request.first = number(query, "startIndex").value_or(0);
  request.timestamps = output_of(query);
  const auto token = query.find("pageToken");
  if (token != query.end() && !token->second.empty()) request.first = first_of_token(token->second, name);
  return request;
}

std::string page_token(const std::string& name, std::int64_t first) {
  return google::base64_url(name + "/" + std::to_string(first));
}

Json page_of(TableRows& rows, const PageRequest& request, const std::string& name) {
  const std::int64_t total = rows.count();
  const std::int64_t end = request.most > 0 ? std::min(total, request.first + request.most) : total;
  Json list = Json::array();
  std::size_t size = 0;
  std::int64_t next = request.first;
  while (next < end && size < kLargestPage) {
    for (const Row& row : rows.read(next, std::min(kRowsOfPage, end - next))) {
      Json cells = Json::array();
      for (std::size_t i = 0; i < row.size(); ++i) {
        const Field& field = rows.fields()[i];
        cells.push_back(framed(wire_value(field, shown_value(field, row[i]), request.timestamps)));
        size += row[i] ? row[i]->size() : 0;
      }
      Json record = Json::object();
      record["f"] = std::move(cells);
      list.push_back(std::move(record));
      ++next;
    }
  }
  Json page = {{"totalRows", std::to_string(total)}};
  if (!list.empty()) page["rows"] = std::move(list);
  if (next < total) page["pageToken"] = page_token(name, next);
  return page;
}

}  // namespace weir::sandbox::bigquery

// SPDX-License-Identifier: Apache-2.0
// Pages of rows: see bigquery_query.h.
#include <charconv>

#include "protocols/google/bigquery_query.h"
#include "protocols/google/json_cursor.h"

namespace weir::google {

Result<RowsPage> read_page(std::string body) {
  RowsPage page;
  JsonCursor cursor(body);
  cursor.enter();
  std::string_view name;
  while (cursor.next_member(name)) {
    const bool is_array = cursor.kind() == JsonCursor::Kind::Array;
    const auto value = cursor.take();
    if (name == "pageToken") {
      page.next = unquoted_json(value);
    } else if (name == "totalRows") {
      const auto text = value.starts_with('"') ? value.substr(1) : value;
      std::from_chars(text.data(), text.data() + text.size(), page.total_rows);
    } else if (name == "rows" && is_array) {
      page.rows_begin = static_cast<std::size_t>(value.data() - body.data());
      page.rows_end = page.rows_begin + value.size();
    }
  }
  if (cursor.is_broken()) return fail(ErrorCode::Unavailable, "a page of rows was cut short");
  page.body = std::move(body);
  return page;
}

Result<std::optional<RowsPage>> TablePages::next() {
  if (ended_) return std::optional<RowsPage>();
  BigQueryClient::Query query = {{"maxResults", std::to_string(page_rows_)},
                                 {"formatOptions.useInt64Timestamp", "true"}};
  if (!token_.empty()) query.emplace_back("pageToken", token_);
  if (!columns_.empty()) {
    std::string selected;
    for (const auto& column : columns_) selected += (selected.empty() ? "" : ",") + column;
    query.emplace_back("selectedFields", selected);
  }
  const auto request = client_.table_request("GET", table_, "/data", query);
  auto answer = TRY(client_.send(request).within("reading rows of " + table_.shown()));
  auto page = TRY(read_page(std::move(answer.body)).within("reading rows of " + table_.shown()));
  token_ = page.next;
  ended_ = token_.empty();
  return std::optional(std::move(page));
}

}  // namespace weir::google

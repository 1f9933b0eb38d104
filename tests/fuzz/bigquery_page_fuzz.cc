// SPDX-License-Identifier: Apache-2.0
// Walks over any bytes as over a page of rows of BigQuery, and decodes its rows. What a second parser takes
// for JSON must have the same members and elements, and a row becomes a row of the batch or a reason.
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "base/text.h"
#include "connectors/bigquery/row_decoder.h"
#include "protocols/google/json_cursor.h"

using namespace weir;

namespace {

using bigquery::RowForm;
using google::BigQueryField;
using google::JsonCursor;
using Json = nlohmann::json;
using Mode = BigQueryField::Mode;

void require(bool truth) {
  if (!truth) std::abort();
}

/// A value of a document that a second parser has read, as the cursor sees it.
void compare(std::string_view text, const Json& expected) {
  JsonCursor cursor(text);
  if (expected.is_array()) {
    require(cursor.kind() == JsonCursor::Kind::Array);
    cursor.enter();
    std::size_t number = 0;
    for (; cursor.next_element(); ++number) {
      require(number < expected.size());
      compare(cursor.take(), expected[number]);
    }
    require(number == expected.size());
  } else if (expected.is_object()) {
    require(cursor.kind() == JsonCursor::Kind::Object);
    cursor.enter();
    std::map<std::string, std::string_view> members;  // of a name that comes twice the last counts
    std::string_view name;
    while (cursor.next_member(name)) {
      const auto key = Json::parse("\"" + std::string(name) + "\"").get<std::string>();
      members[key] = cursor.take();
    }
    require(members.size() == expected.size());
    for (const auto& [key, value] : members) compare(value, expected.at(key));
  } else {
    const auto value = cursor.take();
    require(Json::parse(value) == expected);
    if (expected.is_string()) require(google::unquoted_json(value) == expected.get<std::string>());
  }
  require(!cursor.is_broken());
}

const std::vector<BigQueryField>& fields() {
  static const std::vector<BigQueryField> all = {
      {"id", "INT64"},
      {"at", "TIMESTAMP"},
      {"day", "DATE"},
      {"x", "FLOAT64"},
      {"bytes", "BYTES"},
      {"ok", "BOOL"},
      {"price", "NUMERIC"},
      {"any", "JSON"},
      {"tags", "STRING", Mode::Repeated},
      {"place", "STRUCT", Mode::Nullable, {{"city", "STRING"}, {"zip", "INT64"}}}};
  return all;
}

model::Schema schema() {
  using model::Type;
  return {{{"id", Type::Integer},
           {"at", Type::Timestamp},
           {"day", Type::Date},
           {"x", Type::Double},
           {"bytes", Type::Blob},
           {"ok", Type::Boolean},
           {"price", Type::Text},
           {"any", Type::Json},
           {"tags", Type::Json},
           {"place", Type::Json}}};
}

void decode(std::string_view row, RowForm form) {
  model::Batch rows(schema());
  const auto refused = bigquery::decode_row(row, form, fields(), {}, rows);
  require(rows.rows() == (refused ? 0U : 1U));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // That parser takes a zero for the end.
  const auto json = Json::parse(text.substr(0, text.find('\0')), nullptr, false);
  if (!json.is_discarded()) compare(text.substr(0, text.find('\0')), json);
  JsonCursor cursor(text);
  cursor.enter();
  while (cursor.next_element()) {
    const auto row = cursor.take();
    decode(row, RowForm::Page);
    decode(row, RowForm::Line);
    (void)bigquery::line_of_page_row(row, fields());
  }
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Reads any bytes as the answer of Looker to a query. However the bytes come, the rows must be the same; what
// a second parser takes for a list of objects must be read as one; and nothing may be whole without its end.
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "protocols/looker/row_reader.h"

using namespace weir;

namespace {

using Json = nlohmann::json;

void require(bool truth) {
  if (!truth) std::abort();
}

struct Rows final : looker::RowSink {
  Result<void> row(std::string_view json) override {
    all.emplace_back(json);
    std::size_t hint = json.size() / 2;
    const auto value = looker::field_of(json, "\"a.b\"", hint);
    require(value.empty() || (value.data() >= json.data() && value.end() <= json.end()));
    return {};
  }
  std::vector<std::string> all;
};

struct Reading {
  std::vector<std::string> rows;
  bool whole = false;
};

Reading read(std::string_view answer, std::size_t piece) {
  Rows rows;
  looker::RowReader reader(rows);
  bool good = true;
  for (std::size_t at = 0; good && at < answer.size(); at += piece)
    good = reader.take(answer.substr(at, piece)).ok();
  return {std::move(rows.all), good && reader.finish().ok()};
}

/// Whether a second parser sees a list of rows none of which is an error of Looker's.
bool is_list_of_rows(const Json& json) {
  if (!json.is_array()) return false;
  for (const auto& row : json) {
    if (!row.is_object() || row.contains("looker_error")) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 1) return 0;
  const std::size_t piece = 1 + data[0] % 32;
  const std::string_view answer(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto at_once = read(answer, answer.size() + 1);
  const auto in_pieces = read(answer, piece);
  require(at_once.whole == in_pieces.whole && at_once.rows == in_pieces.rows);
  const auto json = Json::parse(answer, nullptr, false);
  const bool has_zero = answer.find('\0') != answer.npos;  // which that parser takes for the end
  if (!has_zero && is_list_of_rows(json)) {
    require(at_once.whole && at_once.rows.size() == json.size());
    for (std::size_t i = 0; i < json.size(); ++i) require(Json::parse(at_once.rows[i]) == json[i]);
  }
  if (at_once.whole) {
    const auto end = answer.find_last_not_of(" \t\r\n");
    require(!read(answer.substr(0, end), piece).whole);
  }
  return 0;
}

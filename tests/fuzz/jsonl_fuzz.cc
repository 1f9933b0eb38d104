// SPDX-License-Identifier: Apache-2.0
// Reads any bytes as JSON lines. Every line that is not empty must become a row or a reject, every
// text must be UTF-8, and what is handed on as JSON must be JSON to a second parser.
#include <simdjson.h>

#include <cstdlib>
#include <string>

#include "base/text.h"
#include "formats/jsonl_format.h"
#include "formats/line_walk.h"

using namespace weir;

namespace {

void require(bool truth) {
  if (!truth) std::abort();
}

bool is_json(std::string_view text) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(text);
  const auto code = parser.parse(padded).error();
  // That parser refuses numbers that no double holds, although the grammar allows them.
  return code == simdjson::SUCCESS || code == simdjson::NUMBER_ERROR;
}

void decode(const formats::RawBlock& block, const model::Schema& schema,
            const std::vector<formats::JsonPath>& paths) {
  const auto decoder = formats::make_jsonl_decoder(schema, paths);
  model::Batch rows(schema);
  std::vector<formats::RowReject> rejects;
  require(decoder->decode(block, rows, rejects).ok());
  std::size_t lines = 0;
  formats::for_each_line(block, [&](std::string_view, const model::RowOrigin&) { ++lines; });
  require(rows.rows() + rejects.size() == lines);
  const auto view = rows.view();
  for (std::size_t row = 0; row < view.rows; ++row) {
    for (const auto& column : view.columns) {
      if (column.is_null(row)) continue;
      if (column.type == model::Type::Text) require(is_utf8(column.text(row)));
      if (column.type == model::Type::Json) require(is_json(column.text(row)));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::vector<formats::RawBlock> sample;
  sample.push_back(formats::RawBlock::copy_of({reinterpret_cast<const char*>(data), size}));
  decode(sample.front(), *formats::infer_jsonl({}, sample, {}), {});
  const model::Schema fixed{{{"a", model::Type::Json},
                             {"b", model::Type::Text},
                             {"c", model::Type::Integer},
                             {"d", model::Type::Timestamp}}};
  decode(sample.front(), fixed, {{"a"}, {"a", "b"}, {"a", "b", "c"}, {"d"}});
  return 0;
}

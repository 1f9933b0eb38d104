// SPDX-License-Identifier: Apache-2.0
// Reads any bytes as delimited text, in blocks of a few bytes. Every byte must be read once, every
// record end in a row or a reject that lies inside its block, and every text must be UTF-8.
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "formats/csv_format.h"
#include "formats/testing_sources.h"

using namespace weir;

namespace {

void require(bool truth) {
  if (!truth) std::abort();
}

formats::ReadOptions options_of(unsigned char choice, unsigned char more) {
  formats::ReadOptions options;
  options.csv.header = (choice & 1U) != 0;
  if ((choice & 2U) != 0) options.csv.escape = "\\";
  if ((choice & 4U) != 0) options.csv.delimiter = ";";
  if ((choice & 8U) != 0) options.csv.null_text = "\\N";
  if ((choice & 16U) != 0) options.csv.quote = "";
  if ((choice & 32U) != 0) options.csv.extra_fields = formats::ExtraFields::Ignore;
  if ((choice & 64U) != 0) options.csv.missing_fields = formats::MissingFields::Null;
  if ((choice & 128U) != 0) {
    options.csv.columns_by = formats::ColumnsBy::Position;
    options.columns = {{{"a", model::Type::Text}, {"b", model::Type::Integer}, {"c", model::Type::Text}}};
  }
  // With a backslash as the quote's escape there would be two meanings of it.
  if ((more & 64U) != 0 && (choice & 2U) == 0) options.csv.backslash = formats::Backslash::Escape;
  if ((more & 128U) != 0) options.csv.moved_columns = formats::MovedColumns::Fail;
  return options;
}

void decode(const formats::RawBlock& block, const formats::Decoder& decoder, const model::Schema& schema) {
  model::Batch rows(schema);
  std::vector<formats::RowReject> rejects;
  require(decoder.decode(block, rows, rejects).ok());
  for (const auto& origin : rows.origins()) require(origin.offset + origin.length <= block.bytes.size());
  for (const auto& reject : rejects)
    require(reject.origin.offset + reject.origin.length <= block.bytes.size());
  const auto view = rows.view();
  for (std::size_t row = 0; row < view.rows; ++row) {
    for (const auto& column : view.columns) {
      if (column.type == model::Type::Text && !column.is_null(row)) require(is_utf8(column.text(row)));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 2) return 0;
  const auto options = options_of(data[0], data[1]);
  const std::size_t block_bytes = 4 + data[1] % 64;  // a byte order mark fits into a block
  const std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);
  formats::BlockReader reader(std::make_unique<formats::PieceSource>(text, 7), formats::csv_framing(options),
                              {block_bytes, 1 << 16}, std::make_shared<formats::BufferPool>(block_bytes));
  std::uint64_t expected = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
  const auto padded = formats::RawBlock::copy_of(text);
  const auto schema_head = formats::csv_head(padded.bytes, options);
  if (!schema_head.ok()) return 0;
  std::vector<formats::RawBlock> sample;
  sample.push_back(formats::RawBlock::copy_of(text));
  const auto schema = *formats::infer_csv(*schema_head, sample, options);
  const auto decoder = *formats::decode_csv(schema, {}, *schema_head, options);
  decode(sample.front(), *decoder, schema);
  while (auto block = *reader.next()) {
    require(block->offset == expected);
    expected += block->bytes.size();
    decode(*block, *decoder, schema);
  }
  require(expected == text.size());
  return 0;
}

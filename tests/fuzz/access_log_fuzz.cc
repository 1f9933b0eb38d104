// SPDX-License-Identifier: Apache-2.0
// Reads any bytes as web server logs. Every line that is not empty must become a row or a reject,
// and every text must be UTF-8.
#include <cstdlib>

#include "base/text.h"
#include "formats/access_log_format.h"
#include "formats/line_walk.h"

using namespace weir;

namespace {

void require(bool truth) {
  if (!truth) std::abort();
}

void decode(const formats::RawBlock& block, const formats::Decoder& decoder, const model::Schema& schema) {
  model::Batch rows(schema);
  std::vector<formats::RowReject> rejects;
  require(decoder.decode(block, rows, rejects).ok());
  std::size_t lines = 0;
  formats::for_each_line(block, [&](std::string_view, const model::RowOrigin&) { ++lines; });
  require(rows.rows() + rejects.size() == lines);
  const auto view = rows.view();
  for (std::size_t row = 0; row < view.rows; ++row) {
    for (const auto& column : view.columns) {
      if (column.type == model::Type::Text && !column.is_null(row)) require(is_utf8(column.text(row)));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto block = formats::RawBlock::copy_of({reinterpret_cast<const char*>(data), size});
  const formats::ReadOptions options;
  const auto web = *formats::infer_access_log({}, {}, options);
  decode(block, **formats::decode_access_log(web, {}, {}, options), web);
  const auto s3 = *formats::infer_s3_access_log({}, {}, options);
  decode(block, **formats::decode_s3_access_log(s3, {}, {}, options), s3);
  return 0;
}

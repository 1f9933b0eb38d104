// SPDX-License-Identifier: Apache-2.0
#include "formats/csv_format.h"

#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "formats/cell.h"
#include "formats/csv_decoder.h"
#include "formats/csv_parser.h"
#include "formats/inference.h"

namespace weir::formats {
namespace {

Result<std::vector<std::string>> header_names(const CsvParser& parser, const CsvRecord& record) {
  if (!record.problem.empty())
    return fail(ErrorCode::DataMismatch, "the header cannot be read: {}", record.problem);
  std::vector<std::string> names;
  std::set<std::string> known;
  for (const auto& field : record.fields) {
    std::string name(field.text.size(), '\0');
    name.resize(field.escaped ? parser.unescape(field.text, name.data())
                              : field.text.copy(name.data(), name.size()));
    if (!is_utf8(name)) {
      return fail(ErrorCode::DataMismatch,
                  "the header has {}, which is not UTF-8; set the csv option `encoding`", show_value(name));
    }
    if (name.empty()) name = fmt::format("column_{}", names.size() + 1);
    if (!known.insert(name).second) {
      return fail(ErrorCode::DataMismatch,
                  "the header has the column \"{}\" twice; set `header: false` and name the columns", name);
    }
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

Framing csv_framing(const ReadOptions& options) {
  Framing framing;
  if (options.csv.quote.empty()) return framing;
  framing.records = Framing::Records::Quoted;
  framing.quote = options.csv.quote[0];
  framing.escape = options.csv.escape[0];
  framing.delimiter = options.csv.delimiter[0];
  return framing;
}

bool csv_has_head(const ReadOptions& options) { return options.csv.header; }

Result<Head> csv_head(std::string_view first_block, const ReadOptions& options) {
  Head head;
  CsvParser parser(first_block, 1, options.csv);
  CsvRecord record;
  const bool any = parser.next(record);
  if (options.csv.header) {
    if (any) head.names = TRY(header_names(parser, record));
    head.bytes = parser.position();
  } else if (options.columns.size() > 0) {
    head.names = options.columns.names();
  } else {
    for (std::size_t i = 0; any && i < record.fields.size(); ++i)
      head.names.push_back(fmt::format("column_{}", i + 1));
  }
  return head;
}

Result<model::Schema> infer_csv(const Head& head, std::span<const RawBlock> sample,
                                const ReadOptions& options) {
  Inference inference;
  for (const auto& name : head.names) inference.column(name);
  std::size_t rows = 0;
  CsvRecord record;
  for (const auto& block : sample) {
    CsvParser parser(block.bytes, block.line, options.csv);
    while (block.fault.empty() && rows < kSampleRows && parser.next(record)) {
      const auto bytes = block.bytes.substr(record.origin.offset, record.origin.length);
      if (!record.problem.empty() || record.fields.size() != head.names.size() || !is_utf8(bytes)) continue;
      ++rows;
      for (std::size_t i = 0; i < record.fields.size(); ++i) {
        const auto& field = record.fields[i];
        if (!is_csv_null(field, options.csv) && !field.text.empty()) inference.see_text(i, field.text);
      }
    }
  }
  return inference.schema(options.columns);
}

Result<std::shared_ptr<const Decoder>> decode_csv(const model::Schema& schema,
                                                  const std::vector<JsonPath>& paths, const Head& head,
                                                  const ReadOptions& options) {
  if (!paths.empty()) return fail(ErrorCode::Internal, "csv columns have no paths");
  return make_csv_decoder(schema, head.names, options.csv);
}

}  // namespace weir::formats

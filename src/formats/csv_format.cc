// SPDX-License-Identifier: Apache-2.0
#include "formats/csv_format.h"

#include <fmt/format.h>

#include <algorithm>
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
    name.resize(field.escaped ? parser.unescape(field, name.data())
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

bool by_position(const ReadOptions& options) {
  return options.csv.columns_by == ColumnsBy::Position && options.columns.size() > 0;
}

/// A header of another width than the rows must have is that of another file.
Result<void> check_width(const CsvRecord& header, const ReadOptions& options) {
  const auto& csv = options.csv;
  if (!csv.field_count && !by_position(options)) return {};
  const auto got = header.fields.size();
  const auto expected = csv.field_count ? static_cast<std::size_t>(*csv.field_count) : options.columns.size();
  const bool allowed =
      got < expected ? csv.missing_fields == MissingFields::Null : csv.extra_fields == ExtraFields::Ignore;
  if (got == expected || allowed) return {};
  return fail(ErrorCode::DataMismatch,
              "the header has {} fields, but {} are expected; if that is right, change `columns`, or the csv "
              "option {}",
              got, expected, got < expected ? "`missing_fields`" : "`extra_fields`");
}

/// By position, a header that has the name of one column at the place of another tells of columns that
/// were moved, added or dropped. Names that are no column's may be those that the columns had before.
Result<void> check_places(const CsvParser& parser, const CsvRecord& header, const ReadOptions& options) {
  if (options.csv.moved_columns == MovedColumns::Allow || !by_position(options)) return {};
  const auto& columns = options.columns.columns;
  for (std::size_t i = 0; i < std::min(header.fields.size(), columns.size()); ++i) {
    const auto& field = header.fields[i];
    std::string name(field.text.size(), '\0');
    name.resize(field.escaped ? parser.unescape(field, name.data())
                              : field.text.copy(name.data(), name.size()));
    if (lower(name) == lower(columns[i].name)) continue;
    for (const auto& column : columns) {
      if (lower(column.name) != lower(name)) continue;
      return fail(
          ErrorCode::DataMismatch,
          "the header has {} as field {}, where the column {} is expected: columns were moved, added or "
          "dropped; put `columns` into the order of the file, or set the csv option `moved_columns: "
          "allow`",
          show_value(name), i + 1, show_value(columns[i].name));
    }
  }
  return {};
}

/// Whether a record has the fields that a row of the sample must have.
bool shows_types(const CsvRecord& record, const Head& head, const CsvOptions& csv) {
  const auto got = record.fields.size();
  if (got < head.names.size()) return csv.missing_fields == MissingFields::Null;
  return got == head.names.size() || csv.extra_fields != ExtraFields::Reject;
}

/// The names of the fields when no header says them.
std::vector<std::string> names_in_order(const CsvRecord& first, const ReadOptions& options) {
  if (options.columns.size() > 0) return options.columns.names();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < first.fields.size(); ++i) names.push_back(fmt::format("column_{}", i + 1));
  return names;
}

}  // namespace

Framing csv_framing(const ReadOptions& options) {
  Framing framing;
  if (options.csv.backslash == Backslash::Escape) {
    framing.records = Framing::Records::Escaped;
    framing.quote = options.csv.quote.empty() ? '\0' : options.csv.quote[0];
    framing.delimiter = options.csv.delimiter[0];
    return framing;
  }
  if (options.csv.quote.empty()) return framing;
  framing.records = Framing::Records::Quoted;
  framing.quote = options.csv.quote[0];
  framing.escape = options.csv.escape[0];
  framing.delimiter = options.csv.delimiter[0];
  return framing;
}

bool csv_has_head(const ReadOptions& options) { return options.csv.header && !by_position(options); }

Result<Head> csv_head(std::string_view first_block, const ReadOptions& options) {
  Head head;
  CsvParser parser(first_block, 1, options.csv);
  CsvRecord record;
  const bool any = parser.next(record);
  if (!options.csv.header || by_position(options)) head.names = names_in_order(record, options);
  if (!options.csv.header) return head;
  if (trim(first_block).empty()) {
    head.bytes = first_block.size();
    return head;
  }
  head.bytes = parser.position();
  if (any) TRY(check_width(record, options));
  if (any) TRY(check_places(parser, record, options));
  if (any && !by_position(options)) head.names = TRY(header_names(parser, record));
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
      if (!record.problem.empty() || !shows_types(record, head, options.csv) || !is_utf8(bytes)) continue;
      ++rows;
      for (std::size_t i = 0; i < std::min(record.fields.size(), head.names.size()); ++i) {
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

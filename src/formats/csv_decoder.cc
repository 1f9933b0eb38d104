// SPDX-License-Identifier: Apache-2.0
#include "formats/csv_decoder.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <optional>

#include "formats/cell.h"
#include "formats/json_line.h"

namespace weir::formats {
namespace {

using model::Type;

bool is_valid_utf8(std::string_view bytes) { return simdjson::validate_utf8(bytes.data(), bytes.size()); }

/// Where the fields of a record go.
struct FieldTarget {
  std::optional<std::size_t> column;
  Type type = Type::Text;
};

class CsvDecoder final : public Decoder {
 public:
  CsvDecoder(model::Schema schema, const std::vector<std::string>& names, CsvOptions options)
      : schema_(std::move(schema)),
        options_(std::move(options)),
        expected_(static_cast<std::size_t>(
            options_.field_count.value_or(static_cast<std::int64_t>(names.size())))) {
    for (const auto& name : names) {
      FieldTarget target;
      target.column = schema_.find(name);
      if (target.column) target.type = schema_.columns[*target.column].type;
      if (!target.column)
        warnings_.push_back(fmt::format("the header has {}, which is not a column", show_value(name)));
      targets_.push_back(target);
    }
    for (const auto& column : schema_.columns) {
      if (std::find(names.begin(), names.end(), column.name) != names.end() || names.empty()) continue;
      warnings_.push_back(
          fmt::format("the header lacks the column {}, which is null for its rows", show_value(column.name)));
    }
  }

  std::vector<std::string> warnings() const override { return warnings_; }

  Result<void> decode(const RawBlock& block, model::Batch& rows,
                      std::vector<RowReject>& rejects) const override {
    CsvParser parser(block.bytes, block.line, options_);
    CsvRecord record;
    const bool all_valid = is_valid_utf8(block.bytes);
    while (parser.next(record)) {
      auto problem = std::move(record.problem);
      const auto bytes = block.bytes.substr(record.origin.offset, record.origin.length);
      if (problem.empty() && !all_valid && !is_valid_utf8(bytes)) problem = bad_utf8(record);
      if (problem.empty() && record.fields.size() != expected_ && !is_allowed(record)) {
        problem = fmt::format("expected {} fields, got {}", expected_, record.fields.size());
      }
      if (problem.empty()) {
        const auto row = rows.add_row(record.origin);
        problem = fill(record, parser, rows, row);
        if (problem.empty()) continue;
        rows.drop_last_row();
      }
      rejects.push_back({record.origin, std::move(problem)});
    }
    return {};
  }

 private:
  std::string bad_utf8(const CsvRecord& record) const {
    for (std::size_t i = 0; i < record.fields.size(); ++i) {
      if (is_valid_utf8(record.fields[i].text)) continue;
      return fmt::format(
          "field {}: {} is not valid UTF-8; set the csv option `encoding` if the file has another one", i + 1,
          show_value(record.fields[i].text));
    }
    return "not valid UTF-8";
  }

  /// Whether the options let a record pass that does not have the expected number of fields.
  bool is_allowed(const CsvRecord& record) const {
    if (record.fields.size() < expected_) return options_.missing_fields == MissingFields::Null;
    if (options_.extra_fields != ExtraFields::Blank) return options_.extra_fields == ExtraFields::Ignore;
    return std::all_of(record.fields.begin() + static_cast<std::ptrdiff_t>(expected_), record.fields.end(),
                       [](const CsvField& field) { return field.text.empty(); });
  }

  /// Sets the row's cells; what is wrong, or nothing.
  std::string fill(const CsvRecord& record, const CsvParser& parser, model::Batch& rows,
                   std::size_t row) const {
    const auto count = std::min(record.fields.size(), targets_.size());
    for (std::size_t i = 0; i < count; ++i) {
      const auto& field = record.fields[i];
      const auto& target = targets_[i];
      if (!target.column || is_csv_null(field, options_)) continue;
      const bool textual = target.type == Type::Text || target.type == Type::Blob;
      if (!textual && !field.quoted && field.text.empty()) continue;
      auto text = field.text;
      if (field.escaped) {
        char* const place = rows.reserve(text.size());
        text = {place, parser.unescape(field, place)};
      }
      if (textual) {
        rows.set_text(*target.column, row, text);
        continue;
      }
      const bool fits = target.type != Type::Json || is_json(text);
      if (!fits || !set_cell(rows, *target.column, row, target.type, text)) {
        return refusal(schema_.columns[*target.column].name, show_value(text), target.type);
      }
    }
    return {};
  }

  static bool is_json(std::string_view text) {
    JsonLine json;
    std::string_view whole;
    const std::string padded = std::string(text) + std::string(kPadding, '\0');
    return json.start({padded.data(), text.size()}) && json.skip(whole) && json.finish() &&
           has_valid_escapes(whole);
  }

  model::Schema schema_;
  CsvOptions options_;
  std::size_t expected_;  // fields of a record
  std::vector<FieldTarget> targets_;
  std::vector<std::string> warnings_;
};

}  // namespace

bool is_csv_null(const CsvField& field, const CsvOptions& options) {
  if (field.quoted) return false;
  return options.null_text ? field.text == *options.null_text : field.text.empty();
}

std::shared_ptr<const Decoder> make_csv_decoder(const model::Schema& schema,
                                                const std::vector<std::string>& names,
                                                const CsvOptions& options) {
  return std::make_shared<CsvDecoder>(schema, names, options);
}

}  // namespace weir::formats

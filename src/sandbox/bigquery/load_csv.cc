// SPDX-License-Identifier: Apache-2.0
// CSV as BigQuery reads it: quotes, markers of NULL, short and long lines.
#include "base/text.h"
#include "protocols/google/json_value.h"
#include "sandbox/bigquery/load_rows.h"

namespace weir::sandbox::bigquery {
namespace {

constexpr std::int64_t kDetectedRecords = 500;

struct CsvSettings {
  char delimiter = ',';
  std::optional<char> quote = '"';
  bool quoted_newlines = false;
  bool jagged = false;
  bool ignores_unknown = false;
  std::string null_marker;
  std::uint64_t skipped = 0;
};

bool flag(const Json& settings, const char* key) {
  const Json& value = google::member_of(settings, key);
  return (value.is_boolean() && value.get<bool>()) || google::text_of(settings, key) == "true";
}

char delimiter_of(const Json& settings) {
  const std::string text = google::text_of(settings, "fieldDelimiter");
  if (text.empty()) return ',';
  if (text == "\\t" || text == "tab") return '\t';
  if (text.size() != 1) throw Refusal{"invalid", "Field delimiter must be a single character: " + text};
  return text.front();
}

CsvSettings csv_settings(const Json& json) {
  CsvSettings settings;
  settings.delimiter = delimiter_of(json);
  if (json.contains("quote")) {
    const std::string quote = google::text_of(json, "quote");
    if (quote.size() > 1) throw Refusal{"invalid", "Quote must be a single character: " + quote};
    settings.quote = quote.empty() ? std::nullopt : std::optional(quote.front());
  }
  settings.quoted_newlines = flag(json, "allowQuotedNewlines");
  settings.jagged = flag(json, "allowJaggedRows");
  settings.ignores_unknown = flag(json, "ignoreUnknownValues");
  settings.null_marker = google::text_of(json, "nullMarker");
  settings.skipped = google::number_of(json, "skipLeadingRows").value_or(0);
  return settings;
}

struct Value {
  std::string text;
  bool is_quoted = false;
};

struct Record {
  std::vector<Value> values;
  std::string problem;  ///< why it is no record
  std::uint64_t line = 0;
  std::uint64_t position = 0;
};

/// Takes records apart, one after the other.
class CsvReader {
 public:
  CsvReader(const Input& input, const CsvSettings& settings) : feed_(input), settings_(settings) {
    for (std::uint64_t i = 0; i < settings_.skipped && read_line(); ++i) {
    }
  }

  std::optional<Record> next() {
    Record record;
    while (true) {
      record.position = feed_.position();
      auto text = read_line();
      if (!text) return std::nullopt;
      if (text->empty()) continue;
      record.line = line_;
      while (is_open(*text)) {
        const auto more = settings_.quoted_newlines ? read_line() : std::nullopt;
        if (!more) {
          record.problem = "Missing close quote character (\")";
          return record;
        }
        *text += "\n" + *more;
      }
      cut(*text, record);
      return record;
    }
  }

 private:
  std::optional<std::string> read_line() {
    const auto line = feed_.line();
    if (!line) return std::nullopt;
    ++line_;
    std::string text(*line);
    if (text.ends_with('\r')) text.pop_back();
    return text;
  }

  /// Whether a quoted value goes on after this text.
  bool is_open(const std::string& text) const {
    if (!settings_.quote) return false;
    bool open = false;
    bool at_start = true;
    for (const char c : text) {
      if (c == *settings_.quote && (open || at_start)) {
        open = !open;
        at_start = true;  // a doubled quote opens again
        continue;
      }
      at_start = !open && c == settings_.delimiter;
    }
    return open;
  }

  void cut(const std::string& text, Record& record) const {
    std::size_t at = 0;
    while (true) {
      Value value;
      if (settings_.quote && at < text.size() && text[at] == *settings_.quote) {
        at = take_quoted(text, at, value);
        if (at < text.size() && text[at] != settings_.delimiter) {
          record.problem = "Data between close quote character (\") and field separator";
          return;
        }
      } else {
        const std::size_t end = std::min(text.find(settings_.delimiter, at), text.size());
        value.text = text.substr(at, end - at);
        at = end;
      }
      record.values.push_back(std::move(value));
      if (at >= text.size()) return;
      ++at;  // the delimiter; a value follows it, if only an empty one
    }
  }

  std::size_t take_quoted(const std::string& text, std::size_t at, Value& value) const {
    value.is_quoted = true;
    for (++at; at < text.size(); ++at) {
      if (text[at] != *settings_.quote) {
        value.text += text[at];
      } else if (at + 1 < text.size() && text[at + 1] == *settings_.quote) {
        value.text += text[at++];
      } else {
        return at + 1;
      }
    }
    return at;
  }

  Feed feed_;
  const CsvSettings& settings_;
  std::uint64_t line_ = 0;
};

std::string place_in(const Record& record) {
  return fmt::format("; line_number: {} byte_offset_to_start_of_line: {}", record.line, record.position);
}

std::string problem_at(const std::string& what, const Record& record, std::size_t column, const Field& field,
                       const std::string& value) {
  return fmt::format("{}{} column_index: {} column_name: \"{}\" column_type: {} value: \"{}\"", what,
                     place_in(record), column, field.name, standard_name(field.kind), value.substr(0, 100));
}

/// The cell of a value; `problem` says why there is none.
Cell cell_of(const CsvSettings& settings, const Field& field, const Value& value, std::string& problem) {
  const bool is_text = field.kind == Kind::String || field.kind == Kind::Bytes;
  const bool is_null = settings.null_marker.empty() ? value.text.empty() && !(is_text && value.is_quoted)
                                                    : value.text == settings.null_marker && !value.is_quoted;
  if (is_null) {
    if (field.mode == Mode::Required) problem = "Required column value is missing";
    return std::nullopt;
  }
  const auto text = canonical(field.kind, value.text);
  if (!text) problem = "Unable to parse";
  return text;
}

/// The canonical cells; `problem` says why there are none.
std::vector<Cell> cells_of(const CsvSettings& settings, const Fields& fields, const Record& record,
                           std::string& problem) {
  std::vector<Cell> cells;
  problem = record.problem.empty() ? "" : record.problem + place_in(record);
  if (problem.empty() && record.values.size() > fields.size() && !settings.ignores_unknown) {
    problem = fmt::format("Too many values in line. Found {} column(s) while expected {}.{}",
                          record.values.size(), fields.size(), place_in(record));
  }
  for (std::size_t i = 0; problem.empty() && i < fields.size(); ++i) {
    if (i >= record.values.size()) {
      if (settings.jagged && fields[i].mode != Mode::Required) {
        cells.emplace_back();
        continue;
      }
      problem = fmt::format("CSV table references column position {}, but line contains only {} columns.{}",
                            i, record.values.size(), place_in(record));
      break;
    }
    std::string what;
    cells.push_back(cell_of(settings, fields[i], record.values[i], what));
    if (!what.empty()) problem = problem_at(what, record, i, fields[i], record.values[i].text);
  }
  return cells;
}

Kind kind_of_value(const Value& value) {
  const std::string& text = value.text;
  if (canonical(Kind::Integer, text)) return Kind::Integer;
  if (canonical(Kind::Float, text)) return Kind::Float;
  if (lower(text) == "true" || lower(text) == "false") return Kind::Boolean;
  if (text.size() == 10 && canonical(Kind::Date, text)) return Kind::Date;
  if (text.size() > 10 && text.find(':') != std::string::npos && canonical(Kind::Timestamp, text))
    return Kind::Timestamp;
  return Kind::String;
}

std::string column_name(const std::string& text) {
  std::string name;
  for (const char c : text) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  const bool needs_start = name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0;
  return needs_start ? "_" + name : name;
}

}  // namespace

void check_csv_settings(const Json& settings) { (void)csv_settings(settings); }

void read_csv_rows(const Input& input, const Fields& fields, const Json& json, Staging& staging,
                   BadRecords& bad) {
  for (const Field& field : fields) {
    if (field.mode == Mode::Repeated || field.kind == Kind::Record) {
      throw Refusal{"invalid", "Cannot load CSV data with a nested schema. Field: " + field.name};
    }
  }
  const CsvSettings settings = csv_settings(json);
  CsvReader reader(input, settings);
  std::string problem;
  while (const auto record = reader.next()) {
    const std::vector<Cell> cells = cells_of(settings, fields, *record, problem);
    if (problem.empty()) {
      staging.add(cells);
    } else {
      bad.add(input.uri, problem, staging.rows());
    }
  }
}

Fields detect_csv_fields(const Input& input, const Json& json) {
  CsvSettings settings = csv_settings(json);
  settings.skipped = settings.skipped > 0 ? settings.skipped - 1 : 0;  // the last one skipped holds the names
  CsvReader reader(input, settings);
  const auto header = reader.next();
  if (!header) return {};
  Fields fields;
  for (const Value& value : header->values) fields.push_back({.name = column_name(value.text)});
  std::vector<std::optional<Kind>> kinds(fields.size());
  for (std::int64_t rows = 0; rows < kDetectedRecords; ++rows) {
    const auto record = reader.next();
    if (!record) break;
    for (std::size_t i = 0; i < std::min(kinds.size(), record->values.size()); ++i) {
      const Value& value = record->values[i];
      if (value.text.empty()) continue;
      const Kind kind = kind_of_value(value);
      if (!kinds[i] || *kinds[i] == kind) {
        kinds[i] = kind;
      } else {
        const bool numbers = (*kinds[i] == Kind::Integer && kind == Kind::Float) ||
                             (*kinds[i] == Kind::Float && kind == Kind::Integer);
        kinds[i] = numbers ? Kind::Float : Kind::String;
      }
    }
  }
  for (std::size_t i = 0; i < fields.size(); ++i) fields[i].kind = kinds[i].value_or(Kind::String);
  return fields;
}

}  // namespace weir::sandbox::bigquery

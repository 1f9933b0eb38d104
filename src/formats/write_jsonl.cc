// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <cstring>

#include "formats/write_rows.h"
#include "formats/write_values.h"

namespace weir::formats {
namespace {

using model::Type;

// 0: stands for itself; 'u': \u00XX; else the letter behind the backslash.
constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> escapes{};
  for (std::size_t c = 0; c < 32; ++c) escapes[c] = 'u';
  escapes['\b'] = 'b', escapes['\t'] = 't', escapes['\n'] = 'n', escapes['\f'] = 'f', escapes['\r'] = 'r';
  escapes['"'] = '"', escapes['\\'] = '\\';
  return escapes;
}
constexpr auto kEscapes = make_escapes();

char escape_of(char c) { return kEscapes[static_cast<unsigned char>(c)]; }

char* write_escaped(char c, char* at) {
  *at++ = '\\';
  *at++ = escape_of(c);
  if (escape_of(c) != 'u') return at;
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  std::memcpy(at, "00", 2);
  at[2] = kHex[byte >> 4];
  at[3] = kHex[byte & 15U];
  return at + 4;
}

char* write_string(std::string_view text, char* at) {
  *at++ = '"';
  const char* from = text.data();
  const char* const end = from + text.size();
  while (from != end) {
    const char* clean = from;
    while (clean != end && escape_of(*clean) == 0) ++clean;
    std::memcpy(at, from, static_cast<std::size_t>(clean - from));
    at += clean - from;
    from = clean;
    if (from != end) at = write_escaped(*from++, at);
  }
  *at++ = '"';
  return at;
}

// A line end in a JSON value can only stand between two tokens, where a blank does as well.
char* write_json(std::string_view json, char* at) {
  std::memcpy(at, json.data(), json.size());
  for (char* c = at; c != at + json.size(); ++c) {
    if (*c == '\n' || *c == '\r') *c = ' ';
  }
  return at + json.size();
}

char* write_number(double value, char* at) {
  if (std::isfinite(value)) return write_double(value, at);
  *at++ = '"';
  at = write_double(value, at);
  *at++ = '"';
  return at;
}

template <typename Write>
char* quoted(char* at, Write write) {
  *at++ = '"';
  at = write(at);
  *at++ = '"';
  return at;
}

enum class Layout { Lines, Array };

class JsonWriter final : public RowWriter {
 public:
  JsonWriter(const model::Schema& schema, Layout layout) : layout_(layout) {
    for (const auto& column : schema.columns) {
      std::string key(6 * column.name.size() + 4, '\0');
      char* at = key.data();
      *at++ = keys_.empty() ? '{' : ',';
      at = write_string(column.name, at);
      *at++ = ':';
      key.resize(static_cast<std::size_t>(at - key.data()));
      keys_.push_back(std::move(key));
    }
  }

  void begin(WriteBuffer& out) const override {
    if (layout_ == Layout::Array) out.append("[");
    is_first_ = true;
  }

  void write(const model::BatchView& rows, WriteBuffer& out) const override {
    const std::string_view behind = layout_ == Layout::Lines ? "}\n" : "}";
    for (std::size_t row = 0; row < rows.rows; ++row) {
      if (layout_ == Layout::Array && !is_first_) out.append(",");
      is_first_ = false;
      for (std::size_t i = 0; i < rows.columns.size(); ++i) write_cell(keys_[i], rows.columns[i], row, out);
      if (rows.columns.empty()) out.append("{");
      out.append(behind);
    }
  }

  void end(WriteBuffer& out) const override {
    if (layout_ == Layout::Array) out.append("]\n");
  }

 private:
  static void write_cell(const std::string& key, const model::ColumnView& column, std::size_t row,
                         WriteBuffer& out) {
    const bool text = column.type == Type::Text || column.type == Type::Json || column.type == Type::Blob;
    const auto longest = text && !column.is_null(row) ? 6 * column.text(row).size() + 8 : kMaxFixedText + 2;
    char* at = out.room(key.size() + longest);
    std::memcpy(at, key.data(), key.size());
    out.used(write_value(column, row, at + key.size()));
  }

  static char* write_value(const model::ColumnView& column, std::size_t row, char* at) {
    if (column.is_null(row)) {
      std::memcpy(at, "null", 4);
      return at + 4;
    }
    switch (column.type) {
      case Type::Text:
        return write_string(column.text(row), at);
      case Type::Json:
        return write_json(column.text(row), at);
      case Type::Blob:
        return quoted(at, [&](char* to) { return write_base64(column.text(row), to); });
      case Type::Boolean:
        return write_boolean(column.at<std::uint8_t>(row) != 0, at);
      case Type::Integer:
        return write_integer(column.at<std::int64_t>(row), at);
      case Type::Double:
        return write_number(column.at<double>(row), at);
      case Type::Date:
        return quoted(at, [&](char* to) { return write_date({column.at<std::int32_t>(row)}, to); });
      case Type::Timestamp:
        return quoted(at, [&](char* to) { return write_timestamp({column.at<std::int64_t>(row)}, to); });
    }
    return at;
  }

  Layout layout_;
  std::vector<std::string> keys_;  // "{\"a\":", ",\"b\":"
  mutable bool is_first_ = true;   // whether no row was written yet: an instance belongs to one thread
};

}  // namespace

std::unique_ptr<RowWriter> make_jsonl_writer(const model::Schema& schema) {
  return std::make_unique<JsonWriter>(schema, Layout::Lines);
}

std::unique_ptr<RowWriter> make_json_writer(const model::Schema& schema) {
  return std::make_unique<JsonWriter>(schema, Layout::Array);
}

}  // namespace weir::formats

// SPDX-License-Identifier: Apache-2.0
#include "formats/access_log_format.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <array>
#include <cstring>

#include "base/text.h"
#include "formats/cell.h"
#include "formats/line_walk.h"
#include "formats/log_line.h"

namespace weir::formats {
namespace {

using model::Type;

enum class Shape { Plain, User, Time, Request, Quoted };

/// A field of a line. A Request takes three columns, every other field one.
struct LogField {
  Shape shape;
  std::string_view name;
};

struct LogLayout {
  std::string_view format;
  std::span<const LogField> fields;
  std::size_t required;  // fields that every line has
  std::span<const model::Column> columns;
};

constexpr std::array<LogField, 9> kWebFields = {{{Shape::Plain, "remote_ip"},
                                                 {Shape::Plain, "remote_identity"},
                                                 {Shape::User, "remote_user"},
                                                 {Shape::Time, "timestamp"},
                                                 {Shape::Request, "request"},
                                                 {Shape::Plain, "status"},
                                                 {Shape::Plain, "response_bytes"},
                                                 {Shape::Quoted, "referer"},
                                                 {Shape::Quoted, "user_agent"}}};

const LogLayout& web_layout() {
  static const std::array<model::Column, 11> columns = {{{"remote_ip", Type::Text},
                                                         {"remote_identity", Type::Text},
                                                         {"remote_user", Type::Text},
                                                         {"timestamp", Type::Timestamp},
                                                         {"request_method", Type::Text},
                                                         {"request_target", Type::Text},
                                                         {"protocol", Type::Text},
                                                         {"status", Type::Integer},
                                                         {"response_bytes", Type::Integer},
                                                         {"referer", Type::Text},
                                                         {"user_agent", Type::Text}}};
  static const LogLayout layout{"access_log", kWebFields, 7, columns};
  return layout;
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
constexpr std::array<LogField, 26> kS3Fields = {{{Shape::Plain, "bucket_owner"},
                                                 {Shape::Plain, "bucket"},
                                                 {Shape::Time, "time"},
                                                 {Shape::Plain, "remote_ip"},
                                                 {Shape::Plain, "requester"},
                                                 {Shape::Plain, "request_id"},
                                                 {Shape::Plain, "operation"},
                                                 {Shape::Plain, "key"},
                                                 {Shape::Quoted, "request_uri"},
                                                 {Shape::Plain, "http_status"},
                                                 {Shape::Plain, "error_code"},
                                                 {Shape::Plain, "bytes_sent"},
                                                 {Shape::Plain, "object_size"},
                                                 {Shape::Plain, "total_time"},
                                                 {Shape::Plain, "turn_around_time"},
                                                 {Shape::Quoted, "referer"},
                                                 {Shape::Quoted, "user_agent"},
                                                 {Shape::Plain, "version_id"},
                                                 {Shape::Plain, "host_id"},
                                                 {Shape::Plain, "signature_version"},
                                                 {Shape::Plain, "cipher_suite"},
                                                 {Shape::Plain, "authentication_type"},
                                                 {Shape::Plain, "host_header"},
                                                 {Shape::Plain, "tls_version"},
                                                 {Shape::Plain, "access_point_arn"},
                                                 {Shape::Plain, "acl_required"}}};

const LogLayout& s3_layout() {
  static const auto columns = [] {
    std::vector<model::Column> all;
    for (const auto& field : kS3Fields) {
      const bool number = field.name == "http_status" || field.name == "bytes_sent" ||
                          field.name == "object_size" || field.name == "total_time" ||
                          field.name == "turn_around_time";
      const auto type = field.shape == Shape::Time ? Type::Timestamp : number ? Type::Integer : Type::Text;
      all.push_back({std::string(field.name), type});
    }
    return all;
  }();
  // The oldest logs end with the version id.
  static const LogLayout layout{"s3_access_log", kS3Fields, 18, columns};
  return layout;
}

class LogDecoder final : public Decoder {
 public:
  LogDecoder(const LogLayout& layout, model::Schema schema) : layout_(layout), schema_(std::move(schema)) {
    for (const auto& column : layout.columns) targets_.push_back(schema_.find(column.name));
  }

  Result<void> decode(const RawBlock& block, model::Batch& rows,
                      std::vector<RowReject>& rejects) const override {
    Line state{rows, 0, simdjson::validate_utf8(block.bytes.data(), block.bytes.size()), {}};
    for_each_line(block, [&](std::string_view line, const model::RowOrigin& origin) {
      state.row = rows.add_row(origin);
      if (decode_line(line, state)) return;
      rows.drop_last_row();
      rejects.push_back({origin, std::move(state.problem)});
    });
    return {};
  }

 private:
  struct Line {
    model::Batch& rows;
    std::size_t row;
    bool utf8;  // the whole block is
    std::string problem;
  };

  bool decode_line(std::string_view text, Line& line) const {
    LogLine fields(text);
    std::size_t column = 0;
    for (std::size_t i = 0; i < layout_.fields.size(); ++i) {
      if (fields.empty() && i >= layout_.required) return true;
      const auto& field = layout_.fields[i];
      std::string_view value;
      if (!take(fields, field.shape, value)) return cannot_find(field, i, line);
      if (!set(field.shape, column, value, line)) return false;
      column += field.shape == Shape::Request ? 3 : 1;
    }
    return true;
  }

  static bool take(LogLine& fields, Shape shape, std::string_view& value) {
    switch (shape) {
      case Shape::Plain:
        return fields.plain(value);
      case Shape::User:
        return fields.before_bracket(value);
      case Shape::Time:
        return fields.bracketed(value);
      case Shape::Request:
      case Shape::Quoted:
        return fields.quoted(value);
    }
    return false;
  }

  static bool cannot_find(const LogField& field, std::size_t number, Line& line) {
    const std::string_view wanted = field.shape == Shape::Time    ? " in brackets"
                                    : field.shape == Shape::User  ? " before a time in brackets"
                                    : field.shape == Shape::Plain ? ""
                                                                  : " in quotes that are closed";
    line.problem = fmt::format("field {}: expected {}{}", number + 1, field.name, wanted);
    return false;
  }

  bool set(Shape shape, std::size_t column, std::string_view value, Line& line) const {
    if (value == "-" || value.empty()) return true;
    if (shape == Shape::Request) return set_request(column, value, line);
    if (shape == Shape::Time) return set_time(column, value, line);
    return set_value(column, value, line, shape == Shape::Quoted ? Escapes::Undo : Escapes::Keep);
  }

  bool set_time(std::size_t column, std::string_view value, Line& line) const {
    const auto time = parse_log_time(value);
    if (!time) {
      line.problem = fmt::format("column {}: {} is not a time (expected 17/May/2015:10:05:03 +0000)",
                                 layout_.columns[column].name, show_value(value));
      return false;
    }
    const auto target = targets_[column];
    if (!target) return true;
    if (schema_.columns[*target].type != Type::Timestamp)
      return set_value(column, value, line, Escapes::Keep);
    line.rows.set_timestamp(*target, line.row, *time);
    return true;
  }

  bool set_request(std::size_t column, std::string_view value, Line& line) const {
    const auto request = parse_request_line(value);
    if (!request) return set_value(column + 1, value, line, Escapes::Keep);
    return set_value(column, request->method, line, Escapes::Keep) &&
           set_value(column + 1, request->target, line, Escapes::Undo) &&
           (request->protocol.empty() || set_value(column + 2, request->protocol, line, Escapes::Keep));
  }

  enum class Escapes { Keep, Undo };

  bool set_value(std::size_t column, std::string_view value, Line& line, Escapes escapes) const {
    const auto target = targets_[column];
    if (!target) return true;
    const auto text = clean(value, line, escapes);
    const auto& wanted = schema_.columns[*target];
    if (set_cell(line.rows, *target, line.row, wanted.type, text)) return true;
    line.problem = refusal(wanted.name, show_value(text), wanted.type);
    return false;
  }

  /// Text that is UTF-8: escapes that give something else stay, raw bytes become escapes.
  static std::string_view clean(std::string_view value, Line& line, Escapes escapes) {
    if (!line.utf8 && !is_utf8(value)) {
      char* const place = line.rows.reserve(value.size() * 4);
      value = {place, escape_invalid(value, place)};
    }
    if (escapes == Escapes::Keep || std::memchr(value.data(), '\\', value.size()) == nullptr) return value;
    char* const place = line.rows.reserve(value.size());
    const std::string_view plain(place, unescape_log(value, place));
    return is_utf8(plain) && plain.find('\0') == std::string_view::npos ? plain : value;
  }

  const LogLayout& layout_;
  model::Schema schema_;
  std::vector<std::optional<std::size_t>> targets_;  // of the layout's columns
};

Result<model::Schema> schema_of(const LogLayout& layout, const ReadOptions& options) {
  model::Schema schema{{layout.columns.begin(), layout.columns.end()}};
  for (const auto& declared : options.columns.columns) {
    const auto column = schema.find(declared.name);
    if (!column) {
      return fail(ErrorCode::InvalidConfig, "{} has no column {}; it has {}", layout.format, declared.name,
                  join(schema.names()));
    }
    schema.columns[*column].type = declared.type;
  }
  return schema;
}

}  // namespace

Framing log_framing(const ReadOptions&) { return {}; }
Result<Head> log_head(std::string_view, const ReadOptions&) { return Head{}; }

Result<model::Schema> infer_access_log(const Head&, std::span<const RawBlock>, const ReadOptions& options) {
  return schema_of(web_layout(), options);
}
Result<std::shared_ptr<const Decoder>> decode_access_log(const model::Schema& schema,
                                                         const std::vector<JsonPath>&, const Head&,
                                                         const ReadOptions&) {
  return std::make_shared<LogDecoder>(web_layout(), schema);
}

Result<model::Schema> infer_s3_access_log(const Head&, std::span<const RawBlock>,
                                          const ReadOptions& options) {
  return schema_of(s3_layout(), options);
}
Result<std::shared_ptr<const Decoder>> decode_s3_access_log(const model::Schema& schema,
                                                            const std::vector<JsonPath>&, const Head&,
                                                            const ReadOptions&) {
  return std::make_shared<LogDecoder>(s3_layout(), schema);
}

}  // namespace weir::formats

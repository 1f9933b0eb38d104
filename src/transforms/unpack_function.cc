// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <cstring>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "formats/block.h"
#include "formats/json_line.h"
#include "transforms/functions.h"
#include "transforms/text_values.h"

namespace weir::transforms {
namespace {

using formats::JsonKind;

constexpr std::size_t kLongestName = 128;

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

/// What one thread needs to read JSON; the reader wants bytes to spare behind the text.
struct Reader {
  formats::JsonLine json;
  std::vector<char> padded;

  bool start(std::string_view text) {
    const auto needed = text.size() + formats::kPadding;
    if (padded.size() < needed) padded.resize(2 * needed);
    std::memcpy(padded.data(), text.data(), text.size());
    return json.start({padded.data(), text.size()});
  }
};

class UnpackFunction final : public Function {
 public:
  UnpackFunction(std::string function_name, std::string column, const model::Schema& fields)
      : Function(std::move(function_name), {model::Type::Text}, with_error(fields)),
        column_(std::move(column)),
        fields_(fields.columns),
        error_column_(fields.size()) {
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      index_.emplace(fields_[i].name, i);
      camel_.push_back(camel_case(fields_[i].name));
      std::array<char, kLongestName> plain;
      alike_.emplace(bare(fields_[i].name, plain), i);
    }
    // The usual spelling of APIs is found at once; an exact name goes first.
    for (std::size_t i = 0; i < fields_.size(); ++i) index_.emplace(camel_[i], i);
  }

  Result<void> apply(const model::BatchView& arguments, model::Batch& result) const override {
    thread_local Reader reader;
    const auto& values = arguments.columns[0];
    for (std::size_t i = 0; i < arguments.rows; ++i) {
      const auto row = result.add_row({});
      if (values.is_null(i)) continue;
      Target target{result, row, values.text(i), reader, {}};
      if (!unpack(target)) {
        const auto text = fmt::format("unpack: {}", target.problem);
        result.set_text(error_column_, row, result.keep(text));
      }
    }
    return {};
  }

 private:
  /// One row being filled.
  struct Target {
    model::Batch& result;
    std::size_t row;
    std::string_view text;
    Reader& reader;
    std::string problem;

    /// The same bytes in the caller's memory, which outlives the call.
    std::string_view original(std::string_view part) const {
      return text.substr(static_cast<std::size_t>(part.data() - reader.padded.data()), part.size());
    }
  };

  /// "remote_ip" -> "remoteIp".
  static std::string camel_case(std::string_view name) {
    std::string camel;
    for (std::size_t i = 0; i < name.size(); ++i) {
      const bool starts_word = i > 0 && name[i - 1] == '_' && name[i] >= 'a' && name[i] <= 'z';
      if (starts_word)
        camel.back() = static_cast<char>(name[i] - 'a' + 'A');
      else
        camel += name[i];
    }
    return camel;
  }

  static model::Schema with_error(model::Schema fields) {
    fields.columns.push_back({std::string(kUnpackError), model::Type::Text});
    return fields;
  }

  /// A JSON string brings its quotes.
  static std::string quoted_once(std::string_view json) {
    const auto text = trim(json);
    const bool has_quotes = text.size() > 1 && text.front() == '"' && text.back() == '"';
    return quoted(has_quotes ? text.substr(1, text.size() - 2) : text);
  }

  bool unpack(Target& target) const {
    if (target.text.size() > kMaxJsonBytes) {
      target.problem =
          fmt::format("{} holds {} of JSON, more than a row may", column_, human_bytes(target.text.size()));
      return false;
    }
    auto& json = target.reader.json;
    JsonKind kind{};
    if (!target.reader.start(target.text) || !json.peek(kind)) return broken(target);
    if (kind == JsonKind::Null) return trim(target.text) == "null" || broken(target);
    if (kind != JsonKind::Object) {
      target.problem = fmt::format("{} holds {}, not a JSON object", column_, quoted_once(target.text));
      return false;
    }
    return fields(target) && (json.finish() || broken(target));
  }

  bool fields(Target& target) const {
    auto& json = target.reader.json;
    if (!json.enter_object()) return broken(target);
    // Objects of one source mostly have the same keys in the same order, so the next field is
    // guessed before it is searched.
    std::size_t guess = 0;
    while (true) {
      std::string_view key;
      bool more = false;
      if (!json.next_key(key, more)) return broken(target);
      if (!more) return true;
      const auto index = guess < fields_.size() && (fields_[guess].name == key || camel_[guess] == key)
                             ? guess
                             : find_escaped(key);
      if (index == fields_.size()) {
        std::string_view ignored;
        if (!json.skip(ignored)) return broken(target);
        continue;
      }
      guess = index + 1;
      if (!set(index, target)) return false;
    }
  }

  std::size_t find_escaped(std::string_view key) const {
    if (std::memchr(key.data(), '\\', key.size()) == nullptr) return find(key);
    std::string plain(key.size(), '\0');
    const auto length = formats::unescape_json(key, plain.data());
    return length == std::string::npos ? fields_.size() : find(std::string_view(plain).substr(0, length));
  }

  /// The field of a key: of that name or, failing that, of a name spelled alike.
  std::size_t find(std::string_view key) const {
    if (const auto exact = index_.find(key); exact != index_.end()) return exact->second;
    std::array<char, kLongestName> plain;
    const auto alike = alike_.find(bare(key, plain));
    return alike == alike_.end() ? fields_.size() : alike->second;
  }

  /// A name without case and punctuation, in the memory given: "remoteIP" and "remote_ip" are alike.
  static std::string_view bare(std::string_view name, std::array<char, kLongestName>& memory) {
    std::size_t length = 0;
    for (const char c : name.substr(0, memory.size())) {
      if (c >= 'A' && c <= 'Z') {
        memory[length++] = static_cast<char>(c - 'A' + 'a');
      } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80) {
        memory[length++] = c;
      }
    }
    return {memory.data(), length};
  }

  bool set(std::size_t index, Target& target) const {
    auto& json = target.reader.json;
    const auto type = fields_[index].type;
    JsonKind kind{};
    if (!json.peek(kind)) return broken(target);
    if (kind == JsonKind::Object || kind == JsonKind::Array ||
        (type == model::Type::Json && kind != JsonKind::Null)) {
      std::string_view part;
      if (!json.skip(part)) return broken(target);
      if (type != model::Type::Json && type != model::Type::Text) return wrong_type(index, part, target);
      target.result.set_text(index, target.row, target.original(part));
      return true;
    }
    formats::JsonValue value;
    if (!json.scalar(value)) return broken(target);
    if (kind == JsonKind::Null) return true;
    auto text = target.original(value.text);
    if (kind == JsonKind::String && !text.empty() && std::memchr(text.data(), '\\', text.size()) != nullptr) {
      char* plain = target.result.reserve(text.size());
      const auto length = formats::unescape_json(text, plain);
      if (length == std::string::npos) return broken(target);
      text = {plain, length};
    }
    return set_scalar(index, text, target) || wrong_type(index, text, target);
  }

  bool set_scalar(std::size_t index, std::string_view text, Target& target) const {
    auto& result = target.result;
    switch (fields_[index].type) {
      case model::Type::Boolean:
        return put(parse_boolean(text), [&](bool value) { result.set_boolean(index, target.row, value); });
      case model::Type::Integer:
        return put(parse_integer(text),
                   [&](std::int64_t value) { result.set_integer(index, target.row, value); });
      case model::Type::Double:
        return put(parse_double(text), [&](double value) { result.set_double(index, target.row, value); });
      case model::Type::Timestamp:
        return put(parse_timestamp(text),
                   [&](Timestamp value) { result.set_timestamp(index, target.row, value); });
      case model::Type::Date:
        return put(parse_date(text), [&](Date value) { result.set_date(index, target.row, value); });
      default:
        result.set_text(index, target.row, text);
        return true;
    }
  }

  template <typename Value, typename Put>
  static bool put(const std::optional<Value>& value, Put set) {
    if (value) set(*value);
    return value.has_value();
  }

  bool wrong_type(std::size_t index, std::string_view text, Target& target) const {
    target.problem = fmt::format("{}.{}: {} is not of type {}", column_, fields_[index].name, quoted(text),
                                 model::name(fields_[index].type));
    return false;
  }

  bool broken(Target& target) const {
    target.problem = fmt::format("{} holds {}, which is not valid JSON", column_, quoted(target.text));
    return false;
  }

  std::string column_;
  std::vector<model::Column> fields_;
  std::vector<std::string> camel_;  // of the fields
  std::size_t error_column_;
  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> index_;
  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> alike_;
};

}  // namespace

FunctionPointer unpack_function(std::string name, std::string column, const model::Schema& fields) {
  return std::make_shared<UnpackFunction>(std::move(name), std::move(column), fields);
}

}  // namespace weir::transforms

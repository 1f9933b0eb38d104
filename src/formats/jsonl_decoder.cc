// SPDX-License-Identifier: Apache-2.0
#include "formats/jsonl_decoder.h"

#include <fmt/format.h>

#include <cstring>
#include <mutex>
#include <optional>

#include "base/text.h"
#include "formats/cell.h"
#include "formats/json_line.h"
#include "formats/key_tree.h"
#include "formats/line_walk.h"

namespace weir::formats {
namespace {

using model::Type;

bool has_escape(std::string_view text) { return std::memchr(text.data(), '\\', text.size()) != nullptr; }

/// What one worker needs to decode a block; kept between blocks.
class Worker {
 public:
  Worker(const model::Schema& schema, const std::vector<JsonPath>& paths, BooleanWords words)
      : schema_(schema), words_(words), tree_(schema, paths) {}

  void decode(const RawBlock& block, model::Batch& rows, std::vector<RowReject>& rejects) {
    rows_ = &rows;
    for_each_line(block, [&](std::string_view line, const model::RowOrigin& origin) {
      row_ = rows.add_row(origin);
      if (this->line(line)) return;
      rows.drop_last_row();
      rejects.push_back({origin, json_.problem()});
    });
  }

  KeyTree& tree() { return tree_; }

 private:
  bool line(std::string_view text) {
    if (!json_.start(text)) return false;
    JsonKind kind{};
    if (!json_.peek(kind)) return false;
    if (kind != JsonKind::Object) return json_.give_up("not a JSON object");
    return object(tree_.root()) && json_.finish();
  }

  bool object(KeyNode& node) {
    if (!json_.enter_object()) return false;
    std::size_t guess = 0;
    std::string_view key;
    std::string_view ignored;
    bool more = true;
    while (true) {
      if (!json_.next_key(key, more)) return false;
      if (!more) return true;
      if (has_escape(key) && !plain_key(key)) return false;
      KeyNode* const child = tree_.find(node, key, guess);
      if (!(child == nullptr ? json_.skip(ignored) : value(*child))) return false;
    }
  }

  bool value(KeyNode& node) {
    JsonKind kind{};
    if (!json_.peek(kind)) return false;
    if (node.children.empty()) {
      return kind == JsonKind::Object || kind == JsonKind::Array ? nested_leaf(node)
                                                                 : scalar_leaf(node, kind);
    }
    if (kind == JsonKind::Object) {
      const char* const first = json_.position();
      // A repeated key's earlier object must leave nothing behind.
      clear(node.columns_below);
      if (!object(node)) return false;
      return node.columns.empty() ||
             leaf(node, {first, static_cast<std::size_t>(json_.behind_last() - first)});
    }
    clear(node.columns_below);
    if (kind == JsonKind::Array) return nested_leaf(node) && not_an_object(node, "an array");
    JsonValue scalar;
    if (!json_.scalar(scalar)) return false;
    if (kind != JsonKind::Null) return not_an_object(node, shown(scalar));
    clear(node.columns);
    return true;
  }

  bool not_an_object(const KeyNode& node, std::string_view value) {
    return json_.give_up(fmt::format("field {}: {} is not an object", node.path, value));
  }

  bool nested_leaf(const KeyNode& node) {
    std::string_view text;
    return json_.skip(text) && leaf(node, text);
  }

  /// An object or array as it is written.
  bool leaf(const KeyNode& node, std::string_view text) {
    for (const auto column : node.columns) {
      const auto type = schema_.columns[column].type;
      if (type != Type::Json && type != Type::Text) {
        return json_.give_up(refusal(schema_.columns[column].name, show_value(text), type));
      }
      // What is handed on as JSON must be JSON for whoever parses it later.
      if (has_escape(text) && !has_valid_escapes(text)) return bad_escape(column);
      rows_->set_text(column, row_, text);
    }
    return true;
  }

  bool scalar_leaf(const KeyNode& node, JsonKind kind) {
    JsonValue value;
    if (!json_.scalar(value)) return false;
    if (kind == JsonKind::Null) {
      clear(node.columns);
      return true;
    }
    for (const auto column : node.columns) {
      const auto type = schema_.columns[column].type;
      if (type == Type::Json ? !json_cell(column, value) : !typed_cell(column, type, value)) return false;
    }
    return true;
  }

  bool json_cell(std::size_t column, const JsonValue& value) {
    if (value.kind != JsonKind::String) {
      rows_->set_text(column, row_, value.text);
      return true;
    }
    if (has_escape(value.text) && !has_valid_escapes(value.text)) return bad_escape(column);
    rows_->set_text(column, row_, {value.text.data() - 1, value.text.size() + 2});
    return true;
  }

  bool typed_cell(std::size_t column, Type type, const JsonValue& value) {
    auto text = value.text;
    if (value.kind == JsonKind::String && has_escape(text)) {
      char* const place = rows_->reserve(text.size());
      const auto size = unescape_json(text, place);
      if (size == std::string_view::npos) return bad_escape(column);
      text = {place, size};
    }
    if (type == Type::Text) {
      rows_->set_text(column, row_, text);
      return true;
    }
    const bool words_only = type == Type::Timestamp || type == Type::Date;
    const bool fits = !words_only || value.kind == JsonKind::String;
    if (fits && set_cell(*rows_, column, row_, type, text)) return true;
    if (type == Type::Boolean && words_ == BooleanWords::YesNo && set_yes_or_no(column, text)) return true;
    return json_.give_up(refusal(schema_.columns[column].name, shown(value), type));
  }

  bool set_yes_or_no(std::size_t column, std::string_view text) {
    const bool yes = text == "Yes" || text == "yes";
    if (!yes && text != "No" && text != "no") return false;
    rows_->set_boolean(column, row_, yes);
    return true;
  }

  bool bad_escape(std::size_t column) {
    return json_.give_up(fmt::format("column {}: a string has an invalid escape or half a surrogate pair",
                                     schema_.columns[column].name));
  }

  bool plain_key(std::string_view& key) {
    char* const place = rows_->reserve(key.size());
    const auto size = unescape_json(key, place);
    if (size == std::string_view::npos) return json_.give_up("not JSON: a key has an invalid escape");
    key = {place, size};
    return true;
  }

  void clear(const std::vector<std::size_t>& columns) {
    for (const auto column : columns) rows_->set_null(column, row_);
  }

  static std::string shown(const JsonValue& value) {
    return value.kind == JsonKind::String ? show_value(value.text) : std::string(value.text.substr(0, 80));
  }

  const model::Schema& schema_;
  BooleanWords words_;
  KeyTree tree_;
  JsonLine json_;
  model::Batch* rows_ = nullptr;
  std::size_t row_ = 0;
};

class JsonlDecoder final : public Decoder {
 public:
  JsonlDecoder(const model::Schema& schema, const std::vector<JsonPath>& paths, BooleanWords words)
      : schema_(schema), paths_(paths), words_(words) {
    if (!paths_.empty()) return;
    for (const auto& column : schema_.columns) paths_.push_back({column.name});
  }

  Result<void> decode(const RawBlock& block, model::Batch& rows,
                      std::vector<RowReject>& rejects) const override {
    auto worker = take();
    worker->decode(block, rows, rejects);
    const std::lock_guard lock(mutex_);
    worker->tree().report(unknown_);
    idle_.push_back(std::move(worker));
    return {};
  }

  std::vector<std::string> warnings() const override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> all;
    for (const auto& [key, count] : unknown_) {
      all.push_back(fmt::format("{} {} the field {}, which is not a column", with_thousands(count),
                                count == 1 ? "row has" : "rows have", show_value(key)));
    }
    return all;
  }

 private:
  std::unique_ptr<Worker> take() const {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::make_unique<Worker>(schema_, paths_, words_);
    auto worker = std::move(idle_.back());
    idle_.pop_back();
    return worker;
  }

  model::Schema schema_;
  std::vector<JsonPath> paths_;
  BooleanWords words_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Worker>> idle_;
  mutable std::map<std::string, std::uint64_t> unknown_;
};

}  // namespace

std::shared_ptr<const Decoder> make_jsonl_decoder(const model::Schema& schema,
                                                  const std::vector<JsonPath>& paths, BooleanWords words) {
  return std::make_shared<JsonlDecoder>(schema, paths, words);
}

}  // namespace weir::formats

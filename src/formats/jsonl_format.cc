// SPDX-License-Identifier: Apache-2.0
#include "formats/jsonl_format.h"

#include "formats/inference.h"
#include "formats/line_walk.h"

namespace weir::formats {
namespace {

/// The line's keys and values; false when it is not a JSON object.
bool see_line(JsonLine& json, std::string_view line, std::vector<std::pair<std::string, JsonValue>>& fields) {
  bool more = true;
  std::string_view key;
  if (!json.start(line) || !json.enter_object()) return false;
  while (true) {
    if (!json.next_key(key, more)) return false;
    if (!more) return json.finish();
    std::string name(key.size(), '\0');
    const auto size = unescape_json(key, name.data());
    JsonValue value;
    std::string_view text;
    if (size == std::string_view::npos || !json.peek(value.kind)) return false;
    name.resize(size);
    const bool nested = value.kind == JsonKind::Object || value.kind == JsonKind::Array;
    if (!(nested ? json.skip(text) : json.scalar(value))) return false;
    fields.emplace_back(std::move(name), value);
  }
}

}  // namespace

Framing jsonl_framing(const ReadOptions&) { return {}; }

Result<Head> jsonl_head(std::string_view, const ReadOptions&) { return Head{}; }

Result<model::Schema> infer_jsonl(const Head&, std::span<const RawBlock> sample, const ReadOptions& options) {
  Inference inference;
  JsonLine json;
  std::size_t rows = 0;
  std::vector<std::pair<std::string, JsonValue>> fields;
  for (const auto& block : sample) {
    if (!block.fault.empty()) continue;
    for_each_line(block, [&](std::string_view line, const model::RowOrigin&) {
      fields.clear();
      if (rows >= kSampleRows || !see_line(json, line, fields)) return;
      ++rows;
      for (const auto& [name, value] : fields) inference.see_json(inference.column(name), value);
    });
  }
  return inference.schema(options.columns);
}

Result<std::shared_ptr<const Decoder>> decode_jsonl(const model::Schema& schema,
                                                    const std::vector<JsonPath>& paths, const Head&,
                                                    const ReadOptions&) {
  return make_jsonl_decoder(schema, paths);
}

}  // namespace weir::formats

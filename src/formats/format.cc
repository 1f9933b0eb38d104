// SPDX-License-Identifier: Apache-2.0
#include "formats/format.h"

#include <array>

#include "base/text.h"
#include "formats/jsonl_format.h"

namespace weir::formats {
namespace {

constexpr std::array<std::string_view, 3> kJsonlExtensions = {".jsonl", ".ndjson", ".json"};

bool no_head(const ReadOptions&) { return false; }

}  // namespace

std::span<const Format> formats() {
  static constexpr std::array kFormats = {
      Format{"jsonl", kJsonlExtensions, jsonl_framing, no_head, jsonl_head, infer_jsonl, decode_jsonl},
  };
  return kFormats;
}

const Format* find_format(std::string_view name) {
  for (const auto& format : formats()) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

std::optional<std::string_view> format_of_name(std::string_view file_name) {
  auto folded = lower(file_name);
  for (const std::string_view packed : {".gz", ".gzip", ".zst", ".zstd"}) {
    if (folded.ends_with(packed)) folded.resize(folded.size() - packed.size());
  }
  if (folded.ends_with(".parquet")) return "parquet";
  for (const auto& format : formats()) {
    for (const auto extension : format.extensions) {
      if (folded.ends_with(extension)) return format.name;
    }
  }
  return std::nullopt;
}

}  // namespace weir::formats

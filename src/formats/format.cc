// SPDX-License-Identifier: Apache-2.0
#include "formats/format.h"

#include <array>

#include "base/text.h"
#include "formats/access_log_format.h"
#include "formats/csv_format.h"
#include "formats/jsonl_format.h"

namespace weir::formats {
namespace {

constexpr std::array<std::string_view, 3> kJsonlExtensions = {".jsonl", ".ndjson", ".json"};
constexpr std::array<std::string_view, 2> kCsvExtensions = {".csv", ".tsv"};
// The names of logs vary too much to tell a format by.
constexpr std::span<const std::string_view> kNoExtensions;

bool no_head(const ReadOptions&) { return false; }

}  // namespace

std::span<const Format> formats() {
  static constexpr std::array kFormats = {
      Format{"jsonl", kJsonlExtensions, jsonl_framing, no_head, jsonl_head, infer_jsonl, decode_jsonl},
      Format{"csv", kCsvExtensions, csv_framing, csv_has_head, csv_head, infer_csv, decode_csv},
      Format{"access_log", kNoExtensions, log_framing, no_head, log_head, infer_access_log,
             decode_access_log},
      Format{"s3_access_log", kNoExtensions, log_framing, no_head, log_head, infer_s3_access_log,
             decode_s3_access_log},
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

// SPDX-License-Identifier: Apache-2.0
// Guesses column types from a sample of values. Used by the formats' infer functions.
// One thread at a time.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/json_line.h"
#include "model/schema.h"

namespace weir::formats {

/// How many rows of a sample are looked at.
inline constexpr std::size_t kSampleRows = 10'000;
/// How many bytes of an input a sample may take.
inline constexpr std::size_t kSampleBytes = std::size_t{8} << 20;

/// Gathers what was seen of each column, in the order of first appearance.
///
/// Only booleans: Boolean. Only 64-bit integers: Integer. Numbers: Double. Any object or array:
/// Json. Everything else, and columns without any value: Text. Times stay Text, as a sample cannot
/// say whether "2022-01-24" is meant as one; declare the column to have it converted.
class Inference {
 public:
  /// Makes sure that the column exists.
  std::size_t column(std::string_view name);
  void see_json(std::size_t column, const JsonValue& value);
  /// A field of delimited text. Leading zeros make it text: a postal code is no number.
  void see_text(std::size_t column, std::string_view value);

  /// The columns, with declared types put in and declared columns that were not seen at the end.
  model::Schema schema(const model::Schema& declared) const;

 private:
  struct Seen {
    std::string name;
    bool boolean = false;
    bool integer = false;
    bool number = false;
    bool text = false;
    bool nested = false;
  };
  static model::Type type_of(const Seen& seen);

  std::vector<Seen> columns_;
  std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace weir::formats

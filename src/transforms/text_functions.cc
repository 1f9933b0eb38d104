// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/time.h"
#include "transforms/functions.h"
#include "transforms/text_values.h"

namespace weir::transforms {
namespace {

/// A function of one text whose null result means that the text has another form. `Set` is called
/// as set(batch, row, text).
template <typename Set>
class TextFunction final : public Function {
 public:
  TextFunction(std::string function_name, model::Type type, Set set)
      : Function(std::move(function_name), {model::Type::Text}, {{{"value", type}}}), set_(set) {}

  Result<void> apply(const model::BatchView& arguments, model::Batch& result) const override {
    const auto& texts = arguments.columns[0];
    for (std::size_t i = 0; i < arguments.rows; ++i) {
      const auto row = result.add_row({});
      if (!texts.is_null(i)) set_(result, row, texts.text(i));
    }
    return {};
  }

 private:
  Set set_;
};

template <typename Set>
FunctionPointer make(std::string_view name, model::Type type, Set set) {
  return std::make_shared<TextFunction<Set>>(fmt::format("parse_{}", name), type, set);
}

/// As TextFunction for times, with a pattern.
class TimePatternFunction final : public Function {
 public:
  TimePatternFunction(std::string function_name, TimePattern pattern)
      : Function(std::move(function_name), {model::Type::Text}, {{{"value", model::Type::Timestamp}}}),
        pattern_(std::move(pattern)) {}

  Result<void> apply(const model::BatchView& arguments, model::Batch& result) const override {
    const auto& texts = arguments.columns[0];
    for (std::size_t i = 0; i < arguments.rows; ++i) {
      const auto row = result.add_row({});
      if (texts.is_null(i)) continue;
      if (const auto time = pattern_.parse(texts.text(i))) result.set_timestamp(0, row, *time);
    }
    return {};
  }

 private:
  TimePattern pattern_;
};

}  // namespace

FunctionPointer time_pattern_function(std::string name, TimePattern pattern) {
  return std::make_shared<TimePatternFunction>(std::move(name), std::move(pattern));
}

FunctionPointer parse_text_function(model::Type type) {
  switch (type) {
    case model::Type::Boolean:
      return make("boolean", type, [](model::Batch& result, std::size_t row, std::string_view text) {
        if (const auto value = parse_boolean(text)) result.set_boolean(0, row, *value);
      });
    case model::Type::Integer:
      return make("integer", type, [](model::Batch& result, std::size_t row, std::string_view text) {
        if (const auto value = parse_integer(text)) result.set_integer(0, row, *value);
      });
    case model::Type::Double:
      return make("double", type, [](model::Batch& result, std::size_t row, std::string_view text) {
        if (const auto value = parse_double(text)) result.set_double(0, row, *value);
      });
    case model::Type::Date:
      return make("date", type, [](model::Batch& result, std::size_t row, std::string_view text) {
        if (const auto value = parse_date(text)) result.set_date(0, row, *value);
      });
    default:
      return make("timestamp", model::Type::Timestamp,
                  [](model::Batch& result, std::size_t row, std::string_view text) {
                    if (const auto value = parse_timestamp(text)) result.set_timestamp(0, row, *value);
                  });
  }
}

FunctionPointer parse_epoch_function(std::string_view format) {
  const auto unit = epoch_unit(format);
  return make(format, model::Type::Timestamp,
              [unit](model::Batch& result, std::size_t row, std::string_view text) {
                if (const auto value = parse_epoch(text, unit)) result.set_timestamp(0, row, *value);
              });
}

FunctionPointer parse_duration_function() {
  return make("duration", model::Type::Double,
              [](model::Batch& result, std::size_t row, std::string_view text) {
                if (const auto value = parse_duration(text)) result.set_double(0, row, *value);
              });
}

}  // namespace weir::transforms

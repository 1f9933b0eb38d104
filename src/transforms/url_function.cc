// SPDX-License-Identifier: Apache-2.0
#include "transforms/functions.h"
#include "transforms/url.h"

namespace weir::transforms {
namespace {

class ParseUrlFunction final : public Function {
 public:
  ParseUrlFunction()
      : Function("parse_url", {model::Type::Text},
                 {{{"scheme", model::Type::Text},
                   {"netloc", model::Type::Text},
                   {"path", model::Type::Text},
                   {"query", model::Type::Text}}}) {}

  Result<void> apply(const model::BatchView& arguments, model::Batch& result) const override {
    const auto& urls = arguments.columns[0];
    std::string scratch;
    for (std::size_t i = 0; i < arguments.rows; ++i) {
      const auto row = result.add_row({});
      if (urls.is_null(i)) continue;
      const auto parts = split_url(urls.text(i), scratch);
      set(result, 0, row, parts.scheme, scratch);
      set(result, 1, row, parts.netloc, scratch);
      set(result, 2, row, parts.path, scratch);
      set(result, 3, row, parts.query, scratch);
    }
    return {};
  }

 private:
  static void set(model::Batch& result, std::size_t column, std::size_t row, std::string_view part,
                  const std::string& scratch) {
    if (part.empty()) return;
    const bool borrowed = part.data() < scratch.data() || part.data() >= scratch.data() + scratch.size();
    result.set_text(column, row, borrowed ? part : result.keep(part));
  }
};

}  // namespace

FunctionPointer parse_url_function() { return std::make_shared<ParseUrlFunction>(); }

}  // namespace weir::transforms

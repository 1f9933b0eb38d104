// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "transforms/functions.h"

namespace weir::transforms {
namespace {

using SharedWindow = std::shared_ptr<const std::optional<model::Window>>;
using Bound = Timestamp model::Window::*;

/// One bound of the current window, the same for every row.
class WindowFunction final : public Function {
 public:
  WindowFunction(std::string name, SharedWindow window, Bound bound)
      : Function(std::move(name), {}, {{{"bound", model::Type::Timestamp}}}),
        window_(std::move(window)),
        bound_(bound) {}

  Result<void> apply(const model::BatchView& arguments, model::Batch& result) const override {
    for (std::size_t row = 0; row < arguments.rows; ++row) {
      result.add_row({});
      if (*window_) result.set_timestamp(0, row, (**window_).*bound_);
    }
    return {};
  }

 private:
  SharedWindow window_;
  Bound bound_;
};

}  // namespace

FunctionPointer window_start_function(SharedWindow window) {
  return std::make_shared<WindowFunction>("window_start", std::move(window), &model::Window::start);
}

FunctionPointer window_end_function(SharedWindow window) {
  return std::make_shared<WindowFunction>("window_end", std::move(window), &model::Window::end);
}

}  // namespace weir::transforms

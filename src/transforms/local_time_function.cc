// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "transforms/functions.h"

namespace weir::transforms {
namespace {

class LocalTimeFunction final : public Function {
 public:
  LocalTimeFunction(std::string name, model::TimeZone zone, SkippedTime skipped)
      : Function(std::move(name), {model::Type::Timestamp}, {{{"instant", model::Type::Timestamp}}}),
        zone_(std::move(zone)),
        skipped_(skipped) {}

  Result<void> apply(const model::BatchView& arguments, model::Batch& result) const override {
    const auto& times = arguments.columns[0];
    model::LocalStretch stretch;  // contains nothing
    for (std::size_t i = 0; i < arguments.rows; ++i) {
      const auto row = result.add_row({});
      if (times.is_null(i)) continue;
      const model::LocalTime local{times.at<std::int64_t>(i)};
      if (!stretch.contains(local)) stretch = zone_.stretch_near(local);
      if (stretch.contains(local)) {
        result.set_timestamp(0, row, {local.micros - stretch.offset});
        continue;
      }
      const auto instants = zone_.instants_of(local);
      const bool none = instants.kind == model::LocalInstants::Kind::Skipped && skipped_ == SkippedTime::Null;
      if (!none) result.set_timestamp(0, row, instants.first);
    }
    return {};
  }

 private:
  model::TimeZone zone_;
  SkippedTime skipped_;
};

}  // namespace

FunctionPointer local_time_function(std::string name, model::TimeZone zone, SkippedTime skipped) {
  return std::make_shared<LocalTimeFunction>(std::move(name), std::move(zone), skipped);
}

}  // namespace weir::transforms

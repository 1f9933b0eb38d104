// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/instance.h"

#include "sandbox/looker/api_error.h"

namespace weir::sandbox::looker {
namespace {

constexpr std::int64_t kDaysKept = 365;

}  // namespace

Instance::Instance(Settings settings, const io::Clock& clock)
    : settings_(std::move(settings)),
      clock_(clock),
      fixed_now_(settings_.now ? settings_.now->micros : 0),
      sessions_(settings_, clock),
      tables_(settings_, now()) {}

Timestamp Instance::now() const {
  const std::int64_t fixed = fixed_now_;
  return {fixed != 0 ? fixed : clock_.now().micros + ahead_};
}

void Instance::set_now(Timestamp now) {
  if (fixed_now_ != 0) {
    fixed_now_ = now.micros;
  } else {
    ahead_ = now.micros - clock_.now().micros;
  }
}

Window Instance::window(const Model& model, const Explore& explore) const {
  const bool is_cached = settings_.cache == Cache::On && model.listing == Listing::Internal;
  const std::int64_t step = is_cached ? explore.cache_hours * kHour : 1;
  const std::int64_t newest = now().micros / step * step;
  const std::int64_t kept = settings_.retention_days > 0 ? settings_.retention_days : kDaysKept;
  return {midnight({day_of({newest}).days - static_cast<std::int32_t>(kept)}), {newest}};
}

SharedPlan Instance::plan(const Query& query) const {
  const auto [model, explore] = find_explore(query.model, query.explore);
  Problems problems;
  SharedPlan plan = make_plan(query, *explore, {tables_, window(*model, *explore), now()}, problems);
  if (plan == nullptr) throw validation_failed(std::move(problems));
  return plan;
}

std::pair<const Model*, const Explore*> find_explore(const std::string& model, const std::string& explore) {
  const Model* found = find_model(model);
  const Explore* its = found == nullptr ? nullptr : found->explore(explore);
  if (its == nullptr) throw not_found();
  return {found, its};
}

}  // namespace weir::sandbox::looker

// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/data/series.h"

#include <algorithm>
#include <cmath>

namespace weir::sandbox::looker {
namespace {

constexpr std::int64_t kWeek = 7 * kDay;
constexpr std::int64_t kFirstMonday = 4 * kDay;
constexpr double kWeeksAYear = 365.25 / 7;

/// How much of a week has happened before each weekday, from Monday on.
constexpr std::array<double, 8> kBefore = {0, 0.18, 0.36, 0.54, 0.72, 0.88, 0.94, 1};

/// How late in the day, as a share of it, this share of a day's things has happened.
double moment_of(double share) {
  constexpr double kMorning = 7.0 / 24;
  constexpr double kEvening = 19.0 / 24;
  constexpr double kByMorning = 0.08;
  constexpr double kByEvening = 0.9;
  if (share < kByMorning) return share / kByMorning * kMorning;
  if (share < kByEvening) {
    return kMorning + (share - kByMorning) / (kByEvening - kByMorning) * (kEvening - kMorning);
  }
  return kEvening + (share - kByEvening) / (1 - kByEvening) * (1 - kEvening);
}

}  // namespace

Series::Series(std::uint64_t seed, std::string_view subject, std::int64_t rows_a_year)
    : chance_(seed, subject),
      weekly_(std::max<std::int64_t>(1, std::llround(static_cast<double>(rows_a_year) / kWeeksAYear))) {
  for (std::size_t day = 0; day < first_.size(); ++day) {
    first_[day] = std::llround(kBefore[day] * static_cast<double>(weekly_));
  }
}

std::int64_t Series::time(Row row) const {
  const auto week = static_cast<std::int64_t>(row) / weekly_;
  const std::int64_t place = static_cast<std::int64_t>(row) % weekly_;
  std::size_t day = 6;
  while (first_[day] > place) --day;
  const std::int64_t of_day = first_[day + 1] - first_[day];
  const double share =
      (static_cast<double>(place - first_[day]) + chance_.share(row)) / static_cast<double>(of_day);
  const auto second = static_cast<std::int64_t>(moment_of(share) * 86'400);
  return kFirstMonday + week * kWeek + static_cast<std::int64_t>(day) * kDay + second * kSecond;
}

Row Series::first_at(Timestamp instant) const {
  const std::int64_t since = instant.micros - kFirstMonday;
  if (since <= 0) return 0;
  Row low = static_cast<Row>(since / kWeek * weekly_);
  Row high = low + static_cast<Row>(weekly_);
  while (low < high) {
    const Row middle = low + (high - low) / 2;
    if (time(middle) < instant.micros) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace weir::sandbox::looker

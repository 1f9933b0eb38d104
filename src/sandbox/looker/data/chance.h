// SPDX-License-Identifier: Apache-2.0
// Chance that repeats itself: the same seed, subject and row give the same value, in any order. Used by
// the generated tables. Values; pure.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace weir::sandbox::looker {

class Chance {
 public:
  Chance(std::uint64_t seed, std::string_view subject) : base_(mix(seed)) {
    for (const char c : subject) base_ = mix(base_ ^ static_cast<unsigned char>(c));
  }

  std::uint64_t bits(std::uint64_t row) const { return mix(base_ ^ (row * 0x9e3779b97f4a7c15ULL)); }
  /// From 0 until before 1.
  double share(std::uint64_t row) const { return static_cast<double>(bits(row) >> 11U) * 0x1p-53; }
  std::uint64_t below(std::uint64_t row, std::uint64_t limit) const {
    return static_cast<std::uint64_t>(share(row) * static_cast<double>(limit));
  }
  /// Low ones are many times as frequent as high ones, as with people and dashboards.
  std::uint64_t skewed_below(std::uint64_t row, std::uint64_t limit) const {
    const double share = this->share(row);
    return static_cast<std::uint64_t>(share * share * share * static_cast<double>(limit));
  }
  bool happens(std::uint64_t row, double probability) const { return share(row) < probability; }
  template <typename T, std::size_t N>
  const T& pick(std::uint64_t row, const std::array<T, N>& items) const {
    return items[below(row, N)];
  }

 private:
  static constexpr std::uint64_t mix(std::uint64_t x) {  // the finaliser of splitmix64
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
  }

  std::uint64_t base_;
};

}  // namespace weir::sandbox::looker

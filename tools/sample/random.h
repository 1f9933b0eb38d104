// SPDX-License-Identifier: Apache-2.0
// A small random generator whose numbers are the same on every machine and with every standard
// library, which those of <random>'s distributions are not. Belongs to one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weir::sample {

/// Spreads a number over all 64 bits (the finaliser of splitmix64).
constexpr std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() { return mix(state_++ * 0x9e3779b97f4a7c15U); }
  /// 0 to bound - 1. The bias of a bound far below 2^32 does not matter here.
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32);
  }
  /// Between both, inclusive.
  int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<std::uint32_t>(high - low) + 1));
  }
  /// True this many times in a thousand.
  bool per_mille(std::uint32_t times) { return below(1000) < times; }
  template <typename T>
  const T& pick(std::span<const T> items) {
    return items[below(static_cast<std::uint32_t>(items.size()))];
  }

 private:
  std::uint64_t state_;
};

/// Draws an index with a probability proportional to its weight.
class Weighted {
 public:
  explicit Weighted(std::span<const std::uint32_t> weights) {
    std::uint64_t sum = 0;
    sums_.reserve(weights.size());
    for (const auto weight : weights) sums_.push_back(sum += weight);
  }
  std::size_t draw(Random& random) const { return index_at(((random.next() >> 32) * sums_.back()) >> 32); }

  struct Location {
    std::size_t index = 0;
    double within = 0;  ///< 0 to 1
  };
  /// Where the fraction part / whole of all weight lies.
  Location locate(std::uint64_t part, std::uint64_t whole) const {
    const double point =
        static_cast<double>(part) / static_cast<double>(whole) * static_cast<double>(sums_.back());
    const auto index = index_at(static_cast<std::uint64_t>(point));
    const auto low = index == 0 ? 0 : sums_[index - 1];
    return {index, (point - static_cast<double>(low)) / static_cast<double>(sums_[index] - low)};
  }

 private:
  std::size_t index_at(std::uint64_t point) const {
    return static_cast<std::size_t>(std::upper_bound(sums_.begin(), sums_.end(), point) - sums_.begin());
  }

  std::vector<std::uint64_t> sums_;
};

/// Weights that fall with the rank as popularity does: a few items get most of it.
inline std::vector<std::uint32_t> zipf_weights(std::size_t count, std::uint32_t flatness) {
  std::vector<std::uint32_t> weights(count);
  for (std::size_t rank = 0; rank < count; ++rank) {
    weights[rank] = static_cast<std::uint32_t>(100'000'000 / (rank + flatness));
  }
  return weights;
}

}  // namespace weir::sample

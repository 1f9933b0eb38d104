// SPDX-License-Identifier: Apache-2.0
#include "config/values.h"

#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace weir::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t size;
};

// Largest first; for bytes the binary unit before its decimal neighbour, for to_string().
// Written with the first of their names, read with any.
constexpr std::array<Unit, 13> kDurationUnits = {{{"d", 86'400'000},
                                                  {"h", 3'600'000},
                                                  {"min", 60'000},
                                                  {"s", 1'000},
                                                  {"ms", 1},
                                                  {"day", 86'400'000},
                                                  {"days", 86'400'000},
                                                  {"hour", 3'600'000},
                                                  {"hours", 3'600'000},
                                                  {"minute", 60'000},
                                                  {"minutes", 60'000},
                                                  {"second", 1'000},
                                                  {"seconds", 1'000}}};
constexpr std::array<Unit, 9> kByteUnits = {{{"TiB", 1ULL << 40},
                                             {"TB", 1'000'000'000'000},
                                             {"GiB", 1ULL << 30},
                                             {"GB", 1'000'000'000},
                                             {"MiB", 1ULL << 20},
                                             {"MB", 1'000'000},
                                             {"KiB", 1ULL << 10},
                                             {"kB", 1'000},
                                             {"B", 1}}};

/// Beyond this a double no longer holds every whole number.
constexpr double kLargestAmount = 9'007'199'254'740'992.0;

/// "1.5 GB" as a whole number of the smallest unit; nothing when it is not one.
template <std::size_t Count>
std::optional<std::uint64_t> parse_amount(std::string_view text, const std::array<Unit, Count>& units) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  double number = 0;
  const auto [stop, problem] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (problem != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  if (text.starts_with(' ')) text.remove_prefix(1);
  for (const auto& unit : units) {
    if (lower(text) != lower(unit.name)) continue;
    const double amount = number * static_cast<double>(unit.size);
    // A fraction such as 0.1 s is not exact in binary, so the product is off by a rounding error.
    if (amount > kLargestAmount || std::abs(amount - std::round(amount)) > 1e-6 * (1 + amount * 1e-9))
      return std::nullopt;
    return static_cast<std::uint64_t>(std::llround(amount));
  }
  return std::nullopt;
}

template <std::size_t Count>
std::string amount_text(std::uint64_t amount, const std::array<Unit, Count>& units, std::string_view zero) {
  if (amount == 0) return std::string(zero);
  for (const auto& unit : units) {
    if (amount % unit.size == 0) return fmt::format("{} {}", amount / unit.size, unit.name);
  }
  return {};
}

std::string json_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  const auto amount = parse_amount(text, kDurationUnits);
  if (!amount) return std::nullopt;
  return Duration{std::chrono::milliseconds(static_cast<std::int64_t>(*amount))};
}

std::optional<ByteSize> parse_byte_size(std::string_view text) {
  const auto amount = parse_amount(text, kByteUnits);
  if (!amount) return std::nullopt;
  return ByteSize{*amount};
}

std::string to_string(Duration duration) {
  return amount_text(static_cast<std::uint64_t>(duration.value.count()), kDurationUnits, "0 s");
}

std::string to_string(ByteSize size) { return amount_text(size.bytes, kByteUnits, "0 B"); }

std::string default_json(const std::string& value) { return value.empty() ? "" : json_text(value); }
std::string default_json(bool value) { return value ? "true" : "false"; }
std::string default_json(double value) { return nlohmann::json(value).dump(); }
std::string default_json(std::int64_t value) { return fmt::format("{}", value); }
std::string default_json(Duration value) { return json_text(to_string(value)); }
std::string default_json(ByteSize value) { return json_text(to_string(value)); }
std::string default_json(const TextList& value) { return value.empty() ? "" : nlohmann::json(value).dump(); }

}  // namespace weir::config

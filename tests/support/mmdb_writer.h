// SPDX-License-Identifier: Apache-2.0
// Writes small MaxMind DB files (format 2.0): invented geodata for tests and for the demo's sample.
// Used by tests/ and tools/sample. One thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace weir::support {

/// One value of the data section. Build maps with braces:
/// `MmdbValue::map({{"country", MmdbValue::map({{"iso_code", MmdbValue::text("CA")}})}})`.
class MmdbValue {
 public:
  using Map = std::vector<std::pair<std::string, MmdbValue>>;
  using Array = std::vector<MmdbValue>;
  /// A 4-byte number, which some vendors use for coordinates.
  struct Float {
    float value;
  };

  static MmdbValue text(std::string value) { return MmdbValue(Storage(std::move(value))); }
  static MmdbValue number(double value) { return MmdbValue(Storage(value)); }
  static MmdbValue small_number(float value) { return MmdbValue(Storage(Float{value})); }
  static MmdbValue uint16(std::uint16_t value) { return MmdbValue(Storage(value)); }
  static MmdbValue uint32(std::uint32_t value) { return MmdbValue(Storage(value)); }
  static MmdbValue uint64(std::uint64_t value) { return MmdbValue(Storage(value)); }
  static MmdbValue boolean(bool value) { return MmdbValue(Storage(value)); }
  static MmdbValue map(Map entries) { return MmdbValue(Storage(std::move(entries))); }
  static MmdbValue array(Array items) { return MmdbValue(Storage(std::move(items))); }

 private:
  friend class MmdbEncoder;
  using Storage =
      std::variant<std::string, double, Float, std::uint16_t, std::uint32_t, std::uint64_t, bool, Map, Array>;
  explicit MmdbValue(Storage storage) : storage_(std::move(storage)) {}

  Storage storage_;
};

struct MmdbOptions {
  std::string database_type = {};  ///< "GeoLite2-City", "ipinfo standard_location.mmdb", ...
  int record_size = 24;            ///< bits: 24, 28 or 32
  int ip_version = 6;              ///< 6 holds both families, 4 only IPv4
  std::uint64_t build_epoch = 1;   ///< seconds since 1970; readers refuse 0
  std::vector<std::string> languages = {"en"};
  std::string description = {};
};

/// Collects networks, then gives the bytes of a file. Where networks overlap the longest prefix
/// wins whatever the order; of one network added twice the last value counts. Equal values and
/// repeated strings are stored once.
class MmdbWriter {
 public:
  explicit MmdbWriter(MmdbOptions options) : options_(std::move(options)) {}

  /// A network such as "8.8.8.0/24" or "2001:4860::/32"; an address alone is a network of one.
  Result<void> add(std::string_view network, MmdbValue value);
  /// Fails when the record size is unknown or too small for the data.
  Result<std::string> bytes() const;
  /// Writes bytes() to a file, which it replaces.
  Result<void> write(const std::filesystem::path& path) const;

 private:
  struct Network {
    unsigned char bits[16];
    int length;  // of the prefix, in bits of the tree
    MmdbValue value;
  };

  MmdbOptions options_;
  std::vector<Network> networks_;
};

}  // namespace weir::support

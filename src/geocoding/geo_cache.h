// SPDX-License-Identifier: Apache-2.0
// Answers of a paid API, kept between runs in an SQLite file, and the count of lookups of each
// month. Used by IpinfoSource. Safe for several threads and processes.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/clock.h"

struct sqlite3;

namespace weir::geocoding {

struct CacheLifetimes {
  std::chrono::seconds found = std::chrono::hours(24 * 30);
  std::chrono::seconds not_found = std::chrono::hours(24);
};

struct CacheEntry {
  std::string address;               ///< canonical text
  std::optional<std::string> value;  ///< JSON as it came; nothing: the API knows no such address
  Timestamp fetched_at = {};
};

class GeoCache {
 public:
  /// Opens or creates the file; an empty path is a cache in memory. A file that cannot be read is
  /// renamed to "<file>.damaged" and begun anew, with a warning. Forgets expired entries.
  static Result<std::unique_ptr<GeoCache>> open(const std::filesystem::path& file, const io::Clock& clock,
                                                CacheLifetimes lifetimes);
  ~GeoCache();
  GeoCache(const GeoCache&) = delete;
  GeoCache& operator=(const GeoCache&) = delete;

  /// What `source` said of the address, unless that is too old.
  Result<std::optional<CacheEntry>> find(const std::string& source, const std::string& address);
  /// Keeps answers as fetched now, and adds `lookups` to the account of the month. All or nothing.
  Result<void> store(const std::string& source, std::span<const CacheEntry> entries, std::uint64_t lookups);
  /// Lookups of the current UTC month by all runs that share the file.
  Result<std::uint64_t> lookups_this_month(const std::string& source);

  /// What happened at open; empty when nothing did.
  const std::string& warning() const { return warning_; }

 private:
  GeoCache(const io::Clock& clock, CacheLifetimes lifetimes) : clock_(clock), lifetimes_(lifetimes) {}

  Result<void> connect(const std::filesystem::path& file);
  Result<void> execute(const char* sql);
  Result<void> forget_expired();
  Result<void> store_entries(const std::string& source, std::span<const CacheEntry> entries,
                             std::uint64_t lookups);
  std::string month() const;

  const io::Clock& clock_;
  CacheLifetimes lifetimes_;
  std::mutex mutex_;  // guards the connection
  sqlite3* connection_ = nullptr;
  std::string warning_;
};

}  // namespace weir::geocoding

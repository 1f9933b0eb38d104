// SPDX-License-Identifier: Apache-2.0
// Locations from MMDB files (MaxMind, DB-IP, ipinfo and files built like theirs). Thread-safe: the
// files are only read.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>

#include "geocoding/geo_source.h"

namespace weir::geocoding {

class MmdbSource final : public GeoSource {
 public:
  /// Opens all files, which stay open: one that is replaced by renaming is used from the next open
  /// on. Where several know an address, the first file's fields win and the others fill the gaps.
  static Result<std::unique_ptr<MmdbSource>> open(const std::vector<std::filesystem::path>& files);
  ~MmdbSource() override;

  Result<void> check() override { return {}; }
  void resolve(std::span<const Address> addresses, std::vector<Resolution>& out) override;
  SourceCounts counts() const override;
  std::vector<std::string> take_warnings() override;

  /// The files' types and build days: "GeoLite2-City 2026-11-03 + GeoLite2-ASN 2026-11-05".
  const std::string& version() const { return version_; }

 private:
  struct File;

  MmdbSource();
  Resolution look_up(const Address& address);
  void warn_damaged(File& file, const Error& error);

  std::vector<std::unique_ptr<File>> files_;
  std::string version_;
  std::atomic<std::uint64_t> looked_up_ = 0;
  std::atomic<std::uint64_t> unresolved_ = 0;
  std::mutex warnings_mutex_;
  std::vector<std::string> warnings_;
};

}  // namespace weir::geocoding

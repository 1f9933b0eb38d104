// SPDX-License-Identifier: Apache-2.0
// Locations from the ipinfo API, in batches, through the cache and within a budget. Thread-safe;
// lookups of several threads follow one another, so that no address is paid for twice.
#pragma once

#include <memory>
#include <mutex>
#include <set>

#include "base/secret.h"
#include "geocoding/geo_cache.h"
#include "geocoding/geo_source.h"
#include "io/clock.h"
#include "io/retrying_http_client.h"

namespace weir::geocoding {

struct IpinfoSettings {
  Secret token = Secret();
  std::string endpoint = "https://ipinfo.io";
  std::size_t batch_size = 1000;             ///< 1: a GET for each address
  std::uint64_t max_lookups = 50'000;        ///< of this run
  std::uint64_t max_lookups_month = 50'000;  ///< of all runs that share the cache
  std::chrono::milliseconds timeout = std::chrono::seconds(30);
};

class IpinfoSource final : public GeoSource {
 public:
  /// The references must outlive the source. Fails when the settings cannot work.
  static Result<std::unique_ptr<IpinfoSource>> open(IpinfoSettings settings, std::unique_ptr<GeoCache> cache,
                                                    io::HttpClient& http, const io::Clock& clock,
                                                    io::Sleeper& sleeper);

  /// Fails with PermissionDenied when the token is refused. Costs no lookup.
  Result<void> check() override;
  void resolve(std::span<const Address> addresses, std::vector<Resolution>& out) override;
  SourceCounts counts() const override;
  std::vector<std::string> take_warnings() override;

 private:
  /// What a call meant for the calls after it.
  enum class Outcome { Answered, Failed, Stop };
  enum class Topic { Cache, Budget, Quota, Token, Outage, Answer };

  IpinfoSource(IpinfoSettings settings, std::unique_ptr<GeoCache> cache, io::HttpClient& http,
               const io::Clock& clock, io::Sleeper& sleeper);

  std::optional<CacheEntry> find_cached(const Address& address);
  std::uint64_t quota_left();
  void warn_budget();
  std::vector<Resolution> ask_all(std::span<const Address> addresses);
  /// Asks for one batch and fills `entries` with what is now known.
  Outcome ask(std::span<const Address> batch, std::vector<CacheEntry>& entries);
  io::HttpRequest request_for(std::span<const Address> batch) const;
  Outcome refused(const io::HttpResponse& response);
  Resolution read(const CacheEntry& entry) const;
  struct Warning {
    Topic topic;
    std::string text;
  };
  void warn(Topic topic, std::string text);
  std::optional<Warning> last_warning() const;

  IpinfoSettings settings_;
  std::string service_;  // the host, for messages
  std::unique_ptr<GeoCache> cache_;
  const io::Clock& clock_;
  io::RetryingHttpClient http_;

  std::mutex lookup_mutex_;  // keeps lookups one after the other; guards the next four
  SourceCounts counts_;
  std::uint64_t asked_ = 0;
  int failures_in_a_row_ = 0;
  /// Why nothing is asked any more. Each partition that lacks places for it is told.
  std::optional<Warning> stopped_;

  mutable std::mutex report_mutex_;  // held for a moment only, guards what follows
  SourceCounts reported_;
  std::set<Topic> said_;  ///< since the last take_warnings()
  std::optional<Warning> last_warning_;
  std::vector<std::string> warnings_;
};

}  // namespace weir::geocoding

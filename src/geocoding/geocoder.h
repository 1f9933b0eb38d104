// SPDX-License-Identifier: Apache-2.0
// Adds locations to rows of addresses: the face of this folder, used by the geocode transform.
// Thread-safe. Each distinct address is resolved once; repeated texts cost a hash lookup.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "geocoding/address.h"
#include "geocoding/geo_source.h"
#include "geocoding/geocode_options.h"
#include "io/clock.h"
#include "io/environment.h"
#include "io/http_client.h"
#include "io/sleeper.h"
#include "model/batch.h"

namespace weir::geocoding {

/// What the Geocoder needs from outside; all of it must outlive the Geocoder.
struct GeocodeDependencies {
  io::HttpClient& http;
  const io::Clock& clock;
  io::Sleeper& sleeper;
  const io::Environment& environment;
  std::filesystem::path folder;      ///< of the project: relative paths of databases start here
  std::filesystem::path cache_file;  ///< of the API's answers: ".weir/geo-cache.db"
  /// Addresses to keep in memory, for each thread and once more for all. 65,536 take some 30 MB.
  std::size_t remembered = 65'536;
};

/// Distinct addresses of the run so far. One that was forgotten for lack of memory counts again.
struct GeocodeSummary {
  std::uint64_t looked_up = 0;
  std::uint64_t from_cache = 0;
  std::uint64_t bogon = 0;
  std::uint64_t invalid = 0;     ///< texts that are no address; null, "-" and "unknown" do not count
  std::uint64_t unresolved = 0;  ///< addresses that stay without a location
  std::optional<std::uint64_t> quota_left = {};
};

class Geocoder {
 public:
  /// Opens the databases, or the API's cache. Nothing is asked of the API yet.
  static Result<std::shared_ptr<Geocoder>> open(const GeocodeOptions& options,
                                                const GeocodeDependencies& dependencies);

  /// The columns that geocode() fills.
  const model::Schema& schema() const { return schema_; }
  /// Whether lookups can work: asks the API whether it takes the token.
  Result<void> check();

  /// Fills `result`, an empty batch of schema(), with a row for each of the first `rows` values of
  /// a Text column. What is not known stays null; no lookup fails the call. Long texts belong to
  /// the geocoder and stay valid until the same thread's next call.
  void geocode(const model::ColumnView& addresses, std::size_t rows, model::Batch& result);

  GeocodeSummary summary() const;
  /// The warnings since the last call; each thing is said once.
  std::vector<std::string> take_warnings();

 private:
  using RowPointer = std::shared_ptr<const Row>;  // shared by the threads' memos and known_
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  /// What one thread has seen. Only that thread uses it.
  struct Memo {
    std::unordered_map<std::string, RowPointer, TextHash, std::equal_to<>> rows;
    std::vector<const Row*> batch;
  };

  Geocoder(std::unique_ptr<GeoSource> source, std::vector<std::size_t> fields, model::Schema schema,
           std::size_t remembered);

  Memo& memo_of_this_thread();
  void find_rows(const model::ColumnView& addresses, std::size_t rows, Memo& memo);
  /// Finds out about texts that a thread has not met: parses, answers bogons, asks the source.
  void learn(std::unordered_map<std::string_view, RowPointer>& texts);
  void learn_addresses(std::unordered_map<Address, RowPointer>& addresses);
  void copy_column(const std::vector<const Row*>& rows, std::size_t column, model::Batch& result) const;

  std::unique_ptr<GeoSource> source_;  // null: nothing is configured
  std::vector<std::size_t> fields_;
  model::Schema schema_;
  std::size_t remembered_;
  RowPointer bogon_row_;

  std::mutex memos_mutex_;
  std::map<std::thread::id, std::unique_ptr<Memo>> memos_;

  std::mutex known_mutex_;  // held while the source is asked, so that nothing is asked twice; guards:
  std::unordered_map<Address, RowPointer> known_;  // null: unresolved
  std::unordered_set<std::string> invalid_;

  std::atomic<std::uint64_t> bogons_ = 0;
  std::atomic<std::uint64_t> invalids_ = 0;
  std::atomic<std::uint64_t> without_source_ = 0;
  std::mutex warnings_mutex_;  // guards warnings_
  std::vector<std::string> warnings_;
};

}  // namespace weir::geocoding

// SPDX-License-Identifier: Apache-2.0
#include "geocoding/geocoder.h"

#include "geocoding/bogon.h"
#include "geocoding/ipinfo_source.h"
#include "geocoding/mmdb_source.h"

namespace weir::geocoding {
namespace {

constexpr std::size_t kLongestText = 64;  // longer than any address with brackets and port

std::chrono::seconds seconds(config::Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration.value);
}

Result<std::unique_ptr<GeoSource>> open_ipinfo(const IpinfoOptions& options,
                                               const GeocodeDependencies& dependencies,
                                               std::vector<std::string>& warnings) {
  config::Diagnostics diagnostics;
  IpinfoSettings settings;
  if (!options.token.empty()) {
    settings.token = TRY(config::resolve(options.token, dependencies.environment, diagnostics)
                             .within("geocode: ipinfo.token"));
  }
  for (const config::Diagnostic& diagnostic : diagnostics.sorted())
    warnings.push_back(diagnostic.without_severity());
  settings.endpoint = options.endpoint;
  settings.batch_size = static_cast<std::size_t>(options.batch_size);
  settings.max_lookups = static_cast<std::uint64_t>(options.max_lookups);
  settings.max_lookups_month = static_cast<std::uint64_t>(options.max_lookups_month);
  settings.timeout = options.timeout.value;
  const CacheLifetimes lifetimes{seconds(options.cache_ttl), seconds(options.negative_cache_ttl)};
  auto cache = GeoCache::open(dependencies.cache_file, dependencies.clock, lifetimes);
  if (!cache.ok()) {
    warnings.push_back(fmt::format("{} ({}): answers are kept for this run only", cache.error().message(),
                                   dependencies.cache_file.string()));
    cache = GeoCache::open({}, dependencies.clock, lifetimes);
  }
  auto source = TRY(IpinfoSource::open(std::move(settings), TRY(std::move(cache)), dependencies.http,
                                       dependencies.clock, dependencies.sleeper));
  return std::unique_ptr<GeoSource>(std::move(source));
}

Result<std::unique_ptr<GeoSource>> open_source(const GeocodeOptions& options,
                                               const GeocodeDependencies& dependencies,
                                               std::vector<std::string>& warnings) {
  if (!options.database.empty()) {
    std::vector<std::filesystem::path> files;
    for (const std::string& file : options.database) files.push_back(dependencies.folder / file);
    return std::unique_ptr<GeoSource>(TRY(MmdbSource::open(files).within("geocode")));
  }
  if (options.ipinfo) return open_ipinfo(*options.ipinfo, dependencies, warnings);
  warnings.push_back(fmt::format("geocode of '{}' has no 'database' and no 'ipinfo': its columns stay empty",
                                 options.column));
  return std::unique_ptr<GeoSource>();
}

}  // namespace

Geocoder::Geocoder(std::unique_ptr<GeoSource> source, std::vector<std::size_t> fields, model::Schema schema,
                   std::size_t remembered)
    : source_(std::move(source)),
      fields_(std::move(fields)),
      schema_(std::move(schema)),
      remembered_(remembered) {
  GeoRecord bogon;
  bogon.is_bogon = true;
  bogon_row_ = std::make_shared<const Row>(bogon, fields_);
}

Result<std::shared_ptr<Geocoder>> Geocoder::open(const GeocodeOptions& options,
                                                 const GeocodeDependencies& dependencies) {
  std::vector<std::size_t> fields = TRY(choose_fields(options.fields));
  Result<model::Schema> schema = geocode_schema(options);
  if (!schema.ok()) return Failure(schema.error());
  std::vector<std::string> warnings;
  auto source = TRY(open_source(options, dependencies, warnings));
  std::shared_ptr<Geocoder> geocoder(
      new Geocoder(std::move(source), std::move(fields), *std::move(schema), dependencies.remembered));
  geocoder->warnings_ = std::move(warnings);
  return geocoder;
}

Result<void> Geocoder::check() {
  return source_ == nullptr ? Result<void>() : source_->check().within("geocode");
}

void Geocoder::geocode(const model::ColumnView& addresses, std::size_t rows, model::Batch& result) {
  Memo& memo = memo_of_this_thread();
  // Only now, because the texts of this thread's last result point into the memo's rows.
  if (memo.rows.size() > remembered_) memo.rows.clear();
  find_rows(addresses, rows, memo);
  for (std::size_t row = 0; row < rows; ++row) result.add_row({});
  for (std::size_t column = 0; column < fields_.size(); ++column) copy_column(memo.batch, column, result);
}

Geocoder::Memo& Geocoder::memo_of_this_thread() {
  const std::lock_guard lock(memos_mutex_);
  auto& memo = memos_[std::this_thread::get_id()];
  if (memo == nullptr) memo = std::make_unique<Memo>();
  return *memo;
}

void Geocoder::find_rows(const model::ColumnView& addresses, std::size_t rows, Memo& memo) {
  memo.batch.assign(rows, nullptr);
  std::unordered_map<std::string_view, RowPointer> unknown;
  std::vector<std::size_t> unknown_rows;
  for (std::size_t row = 0; row < rows; ++row) {
    if (addresses.is_null(row)) continue;
    const std::string_view text = addresses.at<model::Text>(row).view().substr(0, kLongestText);
    if (const auto found = memo.rows.find(text); found != memo.rows.end()) {
      memo.batch[row] = found->second.get();
    } else {
      unknown.emplace(text, nullptr);
      unknown_rows.push_back(row);
    }
  }
  if (unknown.empty()) return;
  learn(unknown);
  for (auto& [text, found] : unknown) memo.rows.emplace(text, std::move(found));
  for (const std::size_t row : unknown_rows) {
    memo.batch[row] = memo.rows.find(addresses.text(row).substr(0, kLongestText))->second.get();
  }
}

void Geocoder::learn(std::unordered_map<std::string_view, RowPointer>& texts) {
  const std::lock_guard lock(known_mutex_);
  std::unordered_map<Address, RowPointer> addresses;
  std::vector<std::pair<RowPointer*, Address>> wanted;
  for (auto& [text, row] : texts) {
    if (const auto address = Address::parse(text)) {
      wanted.emplace_back(&row, *address);
      addresses.emplace(*address, nullptr);
    } else if (!stands_for_no_address(text)) {
      if (invalid_.size() > remembered_) invalid_.clear();
      if (invalid_.emplace(text).second) ++invalids_;
    }
  }
  learn_addresses(addresses);
  for (auto& [row, address] : wanted) *row = addresses.at(address);
}

void Geocoder::learn_addresses(std::unordered_map<Address, RowPointer>& addresses) {
  if (known_.size() > remembered_) known_.clear();
  std::vector<Address> missing;
  for (auto& [address, row] : addresses) {
    if (const auto found = known_.find(address); found != known_.end()) {
      row = found->second;
    } else if (is_bogon(address)) {
      row = bogon_row_;
      known_.emplace(address, row);
      ++bogons_;
    } else {
      missing.push_back(address);
    }
  }
  std::vector<Resolution> answers(missing.size());
  if (source_ == nullptr) {
    without_source_ += missing.size();
  } else if (!missing.empty()) {
    source_->resolve(missing, answers);
  }
  for (std::size_t i = 0; i < missing.size(); ++i) {
    RowPointer row = answers[i] ? std::make_shared<const Row>(*answers[i], fields_) : nullptr;
    known_.emplace(missing[i], row);
    addresses[missing[i]] = std::move(row);
  }
}

void Geocoder::copy_column(const std::vector<const Row*>& rows, std::size_t column,
                           model::Batch& result) const {
  const model::Type type = schema_.columns[column].type;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows[row] == nullptr) continue;
    const Row::Cell& cell = rows[row]->cell(column);
    if (cell.is_null) continue;
    if (type == model::Type::Double) {
      result.set_double(column, row, cell.number);
    } else if (type == model::Type::Boolean) {
      result.set_boolean(column, row, cell.number != 0);
    } else {
      result.set_text(column, row, cell.text.view());
    }
  }
}

GeocodeSummary Geocoder::summary() const {
  const SourceCounts counts =
      source_ == nullptr ? SourceCounts{.unresolved = without_source_} : source_->counts();
  return {.looked_up = counts.looked_up,
          .from_cache = counts.from_cache,
          .bogon = bogons_,
          .invalid = invalids_,
          .unresolved = counts.unresolved,
          .quota_left = counts.quota_left};
}

std::vector<std::string> Geocoder::take_warnings() {
  const std::lock_guard lock(warnings_mutex_);
  std::vector<std::string> warnings = std::exchange(warnings_, {});
  if (source_ != nullptr) {
    for (std::string& warning : source_->take_warnings()) warnings.push_back(std::move(warning));
  }
  return warnings;
}

}  // namespace weir::geocoding

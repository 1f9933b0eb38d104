// SPDX-License-Identifier: Apache-2.0
#include "geocoding/ipinfo_source.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "geocoding/ipinfo_record.h"

namespace weir::geocoding {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLargestBatch = 1000;  // the API's own limit
constexpr int kFailuresUntilStop = 3;
constexpr std::string_view kFillIn = "load the partition again with --rerun to fill them in";

const io::RetryPolicy kPolicy{.max_attempts = 3, .budget = std::chrono::seconds(30)};

std::string compact(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// A warning about lookups that failed.
std::string nulls_because(std::string_view reason) {
  return fmt::format("{}; the places of some addresses stay NULL: when the service answers again, {}", reason,
                     kFillIn);
}

/// What a batch's answer says of each address. An address that it leaves out stays unknown.
std::vector<CacheEntry> entries_of(const Json& answer, std::span<const Address> batch) {
  std::vector<CacheEntry> entries;
  for (const Address& address : batch) {
    const std::string key = address.to_string();
    const auto found = answer.find(key);
    if (found == answer.end()) continue;
    std::string value = compact(*found);
    const bool is_record = parse_ipinfo(value).has_value();  // an error of this one address is none
    entries.push_back({key, is_record ? std::optional(std::move(value)) : std::nullopt});
  }
  return entries;
}

}  // namespace

IpinfoSource::IpinfoSource(IpinfoSettings settings, std::unique_ptr<GeoCache> cache, io::HttpClient& http,
                           const io::Clock& clock, io::Sleeper& sleeper)
    : settings_(std::move(settings)),
      service_(io::host_of(settings_.endpoint)),
      cache_(std::move(cache)),
      clock_(clock),
      http_(http, kPolicy, clock, sleeper) {}

Result<std::unique_ptr<IpinfoSource>> IpinfoSource::open(IpinfoSettings settings,
                                                         std::unique_ptr<GeoCache> cache,
                                                         io::HttpClient& http, const io::Clock& clock,
                                                         io::Sleeper& sleeper) {
  while (!settings.endpoint.empty() && settings.endpoint.back() == '/') settings.endpoint.pop_back();
  if (settings.batch_size < 1 || settings.batch_size > kLargestBatch) {
    return fail(ErrorCode::InvalidConfig, "batch_size is {}, it must be from 1 to {}", settings.batch_size,
                kLargestBatch);
  }
  if (settings.token.empty() && settings.batch_size > 1) {
    return fail(ErrorCode::InvalidConfig,
                "batches need a token: set ipinfo.token, as in env:IPINFO_TOKEN, or batch_size: 1");
  }
  std::unique_ptr<IpinfoSource> source(
      new IpinfoSource(std::move(settings), std::move(cache), http, clock, sleeper));
  if (!source->cache_->warning().empty()) source->warn(Topic::Cache, source->cache_->warning());
  return source;
}

Result<void> IpinfoSource::check() {
  io::HttpRequest request = request_for({});
  const io::HttpResponse response = TRY(http_.send(request).within("checking the token"));
  if (response.status == 401 || response.status == 403) {
    return fail(
        ErrorCode::PermissionDenied,
        "{} refuses the token (status {}): check ipinfo.token and that the plan includes this endpoint",
        service_, response.status);
  }
  if (response.status == 429) {
    return fail(ErrorCode::Exhausted, "the quota of {} is used up: wait for its renewal or use an MMDB file",
                service_);
  }
  if (response.status >= 500) return Failure(io::status_error(response, service_, clock_.now()));
  return {};  // other products do not know this question, which says nothing about the token
}

void IpinfoSource::resolve(std::span<const Address> addresses, std::vector<Resolution>& out) {
  const std::lock_guard lock(lookup_mutex_);
  out.assign(addresses.size(), std::nullopt);
  std::vector<Address> missing;
  std::vector<std::size_t> places;  // of the missing ones in `out`
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    if (const auto entry = find_cached(addresses[i])) {
      out[i] = read(*entry);
      ++(out[i] ? counts_.from_cache : counts_.unresolved);
    } else {
      missing.push_back(addresses[i]);
      places.push_back(i);
    }
  }
  const std::vector<Resolution> answers = ask_all(missing);
  for (std::size_t i = 0; i < missing.size(); ++i) {
    ++(answers[i] ? counts_.looked_up : counts_.unresolved);
    out[places[i]] = answers[i];
  }
  const std::lock_guard report_lock(report_mutex_);
  reported_ = counts_;
}

std::vector<Resolution> IpinfoSource::ask_all(std::span<const Address> addresses) {
  std::vector<Resolution> answers(addresses.size());
  if (stopped_ && !addresses.empty()) warn(stopped_->topic, stopped_->text);
  for (std::size_t done = 0; done < addresses.size() && !stopped_;) {
    const std::uint64_t quota = quota_left();
    if (quota == 0) {
      warn_budget();
      break;
    }
    const std::size_t size =
        std::min({settings_.batch_size, addresses.size() - done, static_cast<std::size_t>(quota)});
    const auto batch = addresses.subspan(done, size);
    std::vector<CacheEntry> entries;
    if (ask(batch, entries) == Outcome::Stop) stopped_ = last_warning();
    std::size_t next = done;
    for (const CacheEntry& entry : entries) {  // in the order of the batch, some may be left out
      while (addresses[next].to_string() != entry.address) ++next;
      answers[next] = read(entry);
    }
    done += size;
  }
  return answers;
}

std::optional<CacheEntry> IpinfoSource::find_cached(const Address& address) {
  auto found = cache_->find(settings_.endpoint, address.to_string());
  if (found.ok()) return *std::move(found);
  warn(Topic::Cache, found.error().message() + ": addresses are asked for again");
  return std::nullopt;
}

std::uint64_t IpinfoSource::quota_left() {
  const std::uint64_t run = settings_.max_lookups - std::min(settings_.max_lookups, asked_);
  const auto used = cache_->lookups_this_month(settings_.endpoint);
  const std::uint64_t month =
      used.ok() ? settings_.max_lookups_month - std::min(settings_.max_lookups_month, *used) : run;
  counts_.quota_left = std::min(run, month);
  return *counts_.quota_left;
}

void IpinfoSource::warn_budget() {
  const bool of_run = asked_ >= settings_.max_lookups;
  warn(Topic::Budget,
       fmt::format("the budget of {} of this {} is used up; the places of other addresses stay NULL: raise "
                   "ipinfo.{} or wait, then {}",
                   counted(of_run ? settings_.max_lookups : settings_.max_lookups_month, "lookup"),
                   of_run ? "run" : "month", of_run ? "max_lookups" : "max_lookups_month", kFillIn));
}

IpinfoSource::Outcome IpinfoSource::ask(std::span<const Address> batch, std::vector<CacheEntry>& entries) {
  const auto failed = [this](Topic topic, std::string text) {
    warn(topic, std::move(text));
    return ++failures_in_a_row_ < kFailuresUntilStop ? Outcome::Failed : Outcome::Stop;
  };
  const Result<io::HttpResponse> response = http_.send(request_for(batch));
  if (!response.ok()) {
    return failed(Topic::Outage, nulls_because(response.error().message()));
  }
  const bool single = settings_.batch_size == 1;
  const bool is_bad_address = single && (response->status == 400 || response->status == 404);
  if (response->status == 401 || response->status == 403 || response->status == 429)
    return refused(*response);
  if (response->status != 200 && !is_bad_address) {
    return failed(Topic::Outage,
                  nulls_because(io::status_error(*response, service_, clock_.now()).message()));
  }
  Json answer = Json::parse(response->body, nullptr, false);
  if (!is_bad_address && !answer.is_object()) {
    return failed(Topic::Answer, nulls_because(service_ + " sent an answer that is no JSON object"));
  }
  if (single) answer = Json{{batch.front().to_string(), is_bad_address ? Json() : std::move(answer)}};
  failures_in_a_row_ = 0;
  entries = entries_of(answer, batch);
  asked_ += batch.size();
  const Result<void> stored = cache_->store(settings_.endpoint, entries, batch.size());
  if (!stored.ok())
    warn(Topic::Cache, stored.error().message() + ": these answers are not kept for the next run");
  (void)quota_left();  // for counts()
  return Outcome::Answered;
}

/// The question after the token when there is no address.
io::HttpRequest IpinfoSource::request_for(std::span<const Address> batch) const {
  io::HttpRequest request;
  request.timeout = settings_.timeout;
  request.repeat = io::Repeat::Always;  // a lookup changes nothing
  request.headers = {{"Accept", "application/json"}};
  if (!settings_.token.empty())
    request.headers.push_back({"Authorization", "Bearer " + settings_.token.reveal()});
  if (batch.empty()) {
    request.url = settings_.endpoint + "/me";
  } else if (settings_.batch_size == 1) {
    request.url = settings_.endpoint + "/" + batch.front().to_string();
  } else {
    request.method = "POST";
    request.url = settings_.endpoint + "/batch";
    request.headers.push_back({"Content-Type", "application/json"});
    Json body = Json::array();
    for (const Address& address : batch) body.push_back(address.to_string());
    request.body = compact(body);
  }
  return request;
}

IpinfoSource::Outcome IpinfoSource::refused(const io::HttpResponse& response) {
  if (response.status == 429) {
    counts_.quota_left = 0;
    const auto wait = io::status_error(response, service_, clock_.now()).retry_after();
    warn(Topic::Quota,
         fmt::format("the quota of {} is used up{}; the places of other addresses stay NULL: after its "
                     "renewal {}",
                     service_, wait ? fmt::format(" (it asks to wait {} s)", wait->count()) : "", kFillIn));
  } else {
    warn(Topic::Token,
         fmt::format("{} refuses the token (status {}); places stay NULL: check ipinfo.token and that the "
                     "plan includes this endpoint, then {}",
                     service_, response.status, kFillIn));
  }
  return Outcome::Stop;
}

Resolution IpinfoSource::read(const CacheEntry& entry) const {
  if (!entry.value) return std::nullopt;
  Resolution record = parse_ipinfo(*entry.value);
  const Timestamp fetched_at = entry.fetched_at == Timestamp() ? clock_.now() : entry.fetched_at;
  if (record) record->source_version = "ipinfo " + to_string(day_of(fetched_at));
  return record;
}

SourceCounts IpinfoSource::counts() const {
  const std::lock_guard lock(report_mutex_);
  return reported_;
}

std::vector<std::string> IpinfoSource::take_warnings() {
  const std::lock_guard lock(report_mutex_);
  said_.clear();
  return std::exchange(warnings_, {});
}

void IpinfoSource::warn(Topic topic, std::string text) {
  const std::lock_guard lock(report_mutex_);
  last_warning_ = {topic, text};
  if (said_.insert(topic).second) warnings_.push_back(std::move(text));
}

std::optional<IpinfoSource::Warning> IpinfoSource::last_warning() const {
  const std::lock_guard lock(report_mutex_);
  return last_warning_;
}

}  // namespace weir::geocoding

// SPDX-License-Identifier: Apache-2.0
#include "connectors/looker/fetcher.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace weir::looker {
namespace {

/// Instances that cannot stream a query end its rows silently at such a number, whatever was asked for.
constexpr std::array<std::uint64_t, 3> kUsualCaps = {5'000, 50'000, 100'000};
/// An answer that fails after so long is not asked for again as it was, but in halves.
constexpr std::int64_t kSlow = 20'000'000;

bool is_full(const Query& query, std::uint64_t rows) {
  return query.limit != kAllRows && rows >= static_cast<std::uint64_t>(query.limit);
}

bool is_suspicious(const Query& query, std::uint64_t rows) {
  return query.limit == kAllRows && std::find(kUsualCaps.begin(), kUsualCaps.end(), rows) != kUsualCaps.end();
}

bool is_passing(const Error& error) {
  return error.code() == ErrorCode::Unavailable || error.code() == ErrorCode::RateLimited;
}

OrderedRows::Order order_of(const Slice& slice) {
  return slice.kind == Slice::Kind::NoTime ? OrderedRows::Order::None : OrderedRows::Order::ByKey;
}

}  // namespace

Fetcher::Fetcher(Session& session, const RunOptions& options, BlockSink& sink)
    : session_(session), options_(options), sink_(sink) {}

Result<void> Fetcher::run(const std::vector<FetchTask>& tasks) {
  for (number_ = 0; number_ < tasks.size(); ++number_) {
    const auto& [stream, slices] = tasks[number_];
    blocks_.begin();
    TRY(read(*stream, slices).within("reading " + stream->input));
    TRY(flush());
  }
  return {};
}

Result<void> Fetcher::read(const Stream& stream, std::vector<Slice> slices) {
  std::deque<Slice> waiting(slices.begin(), slices.end());
  while (!waiting.empty()) {
    const auto slice = waiting.front();
    waiting.pop_front();
    TRY(read(stream, slice, waiting));
  }
  return {};
}

Result<void> Fetcher::read(const Stream& stream, Slice slice, std::deque<Slice>& waiting) {
  OrderedRows rows(stream.key, *this);
  Patience patience(session_.world(), session_.policy());
  while (true) {
    rows.begin(order_of(slice));
    const auto query = query_of(stream, slice);
    const auto began = session_.world().clock.now();
    place_.emplace(session_.limit().enter());
    const auto answer = run_query(session_, query, options_, rows);
    place_.reset();
    if (answer.ok()) {
      note(stream, *answer);
      const bool may_be_cut = is_suspicious(query, answer->rows) && stream.key.kind != PagingKey::Kind::None;
      if (!is_full(query, answer->rows) && !may_be_cut) return rows.finish();
      slice = TRY(rest_of_cut(stream, slice, rows));
      patience.forget();
      continue;
    }
    if (!is_passing(answer.error())) return Failure(answer.error());
    if (rows.has_passed_on() || session_.world().clock.now().micros - began.micros < kSlow) {
      const bool got_rows = rows.has_passed_on();
      const auto rest = rest_of_broken(stream, slice, rows);
      if (!rest || patience.after(answer.error()) == io::RetryAction::GiveUp) return Failure(answer.error());
      if (got_rows) patience.forget();
      slice = *rest;
      continue;
    }
    const auto halves = halves_of(slice);
    if (!halves && patience.after(answer.error()) == io::RetryAction::GiveUp) return Failure(answer.error());
    if (halves) {
      slice = halves->first;
      waiting.push_front(halves->second);
    }
  }
}

Result<Slice> Fetcher::rest_of_cut(const Stream& stream, const Slice& slice, OrderedRows& rows) const {
  const bool unordered = rows.is_unordered();
  const auto from = rows.resume();
  const auto rest = from ? rest_of(slice, stream.key, *from) : std::nullopt;
  if (rest) return *rest;
  const auto limit = stream.query.limit == kAllRows
                         ? "an answer ended at a number of rows that is a usual limit"
                         : fmt::format("an answer had as many rows as the limit allows, {}",
                                       with_thousands(static_cast<std::uint64_t>(stream.query.limit)));
  std::string why = "; raise `limit`, or set it to -1";
  if (unordered) {
    why = fmt::format("; its rows do not come in the order of {}, so it cannot be continued",
                      stream.key.field) +
          why;
  } else if (from && stream.key.kind == PagingKey::Kind::Time && slice.kind != Slice::Kind::NoTime) {
    why = fmt::format(", all with one value of {}", stream.key.field) + why;
  } else if (stream.key.kind == PagingKey::Kind::None) {
    why += ", or name a `partition_field` or select the explore's numeric primary key";
  }
  return fail(ErrorCode::DataMismatch, "{}{}: rows may be missing, so nothing is loaded", limit, why);
}

std::optional<Slice> Fetcher::rest_of_broken(const Stream& stream, const Slice& slice,
                                             OrderedRows& rows) const {
  if (!rows.has_passed_on()) return slice;
  const auto from = rows.resume();
  return from ? rest_of(slice, stream.key, *from) : std::nullopt;
}

void Fetcher::note(const Stream& stream, const Answer& answer) {
  for (const auto& text : answer.notes) warnings_.push_back(fmt::format("{}: {}", stream.input, text));
  if (!is_suspicious(stream.query, answer.rows) || stream.key.kind != PagingKey::Kind::None) return;
  warnings_.push_back(fmt::format(
      "{}: the answer has exactly {} rows, at which some instances end all answers: rows may be missing",
      stream.input, with_thousands(answer.rows)));
}

Result<void> Fetcher::row(std::string_view json) {
  blocks_.add(json);
  return blocks_.is_full() ? flush() : Result<void>();
}

Result<void> Fetcher::flush() {
  if (blocks_.is_empty()) return {};
  if (place_ && !sink_.has_room()) {
    place_.reset();
    sink_.wait_for_room();
    if (sink_.wants_more()) place_.emplace(session_.limit().enter());
  }
  return sink_.put(number_, blocks_.take());
}

}  // namespace weir::looker

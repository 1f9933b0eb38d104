// SPDX-License-Identifier: Apache-2.0
#include "sandbox/gcs/sessions.h"

#include <algorithm>
#include <random>

#include "sandbox/gcs/refusal.h"

namespace weir::sandbox::gcs {
namespace {

constexpr std::size_t kGrain = 256U << 10U;

std::optional<std::uint64_t> take_number(std::string_view& text) {
  const std::size_t length = std::min(text.find_first_not_of("0123456789"), text.size());
  if (length == 0 || length > 18) return std::nullopt;
  const std::uint64_t number = std::stoull(std::string(text.substr(0, length)));
  text.remove_prefix(length);
  return number;
}

bool take(std::string_view& text, std::string_view expected) {
  if (text.substr(0, expected.size()) != expected) return false;
  text.remove_prefix(expected.size());
  return true;
}

std::string random_text() {
  std::random_device device;
  std::string text = "weir-";
  for (int i = 0; i < 6; ++i) text += fmt::format("{:08x}", device());
  return text;
}

}  // namespace

/// "bytes 0-99/200", "bytes 0-99/*", "bytes 0-*/*", "bytes */200", "bytes */*"; without the header all of it
/// comes.
struct Session::ContentRange {
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> last;  ///< "*": up to the end, wherever that is
  std::optional<std::uint64_t> total;
  enum class Kind { Chunk, Question, Everything } kind = Kind::Everything;
};

Session::ContentRange Session::parse_range(const Request& request) {
  ContentRange range;
  const auto header = request.header("content-range");
  if (!header) return range;
  std::string_view text = *header;
  bool valid = gcs::take(text, "bytes ");
  range.kind = valid && gcs::take(text, "*") ? ContentRange::Kind::Question : ContentRange::Kind::Chunk;
  if (valid && range.kind == ContentRange::Kind::Chunk) {
    range.first = take_number(text);
    valid = range.first && gcs::take(text, "-");
    if (valid && !gcs::take(text, "*")) {
      range.last = take_number(text);
      valid = range.last && *range.last >= *range.first;
    }
  }
  valid = valid && gcs::take(text, "/");
  if (valid && text != "*") {
    range.total = take_number(text);
    valid = range.total && text.empty() && (!range.last || *range.last < *range.total);
  }
  if (!valid) throw Refusal{400, "invalid", "Failed to parse Content-Range header: " + *header};
  return range;
}

Answer Session::put(const Request& request, RequestBody& body) {
  const std::lock_guard lock(mutex_);
  if (stage_ == Stage::Cancelled) throw Refusal{410, "gone", "The upload was cancelled."};
  if (stage_ == Stage::Finished) return json_answer(200, finished_);
  const ContentRange range = parse_range(request);
  if (range.kind != ContentRange::Kind::Question) return take(range, body);
  return range.total == bytes_->size() ? finish() : progress();
}

Answer Session::take(const ContentRange& range, RequestBody& body) {
  const std::uint64_t first = range.first.value_or(0);
  if (first > bytes_->size()) {
    throw Refusal{
        400, "invalid",
        fmt::format("Invalid request: {} bytes are kept, the chunk begins at {}.", bytes_->size(), first)};
  }
  std::uint64_t known = bytes_->size() - first;  // bytes that are sent once more
  std::uint64_t arrived = 0;
  std::string tail;
  const bool complete = body.read([&](std::string_view piece) {
    arrived += piece.size();
    const std::size_t skipped = std::min<std::uint64_t>(known, piece.size());
    known -= skipped;
    tail += piece.substr(skipped);
    const std::size_t whole = tail.size() / kGrain * kGrain;
    bytes_->append(std::string_view(tail).substr(0, whole));
    tail.erase(0, whole);
  });
  if (!complete) return progress();  // nobody hears it
  const std::uint64_t end = first + arrived;
  const std::uint64_t announced = range.last ? *range.last + 1 : range.total.value_or(end);
  if (announced != end) {
    throw Refusal{400, "invalid",
                  fmt::format("Invalid request: the body has {} bytes, Content-Range announces {}.", arrived,
                              announced - first)};
  }
  const bool is_last = !range.last || range.total == end;
  if (!is_last) return progress();
  bytes_->append(tail);
  return finish();
}

Answer Session::finish() {
  if (announced_ && *announced_ != bytes_->size()) {
    throw Refusal{400, "invalid",
                  fmt::format("Invalid request: X-Upload-Content-Length announced {} bytes, {} came.",
                              *announced_, bytes_->size())};
  }
  finished_ = complete_(*bytes_);
  stage_ = Stage::Finished;
  return json_answer(200, finished_);
}

Answer Session::progress() const {
  Answer answer{.status = 308};
  if (bytes_->size() > 0) answer.headers.emplace_back("Range", fmt::format("bytes=0-{}", bytes_->size() - 1));
  return answer;
}

Answer Session::cancel() {
  const std::lock_guard lock(mutex_);
  if (stage_ == Stage::Open) stage_ = Stage::Cancelled;
  return Answer{.status = 499};
}

bool Session::is_open() {
  const std::lock_guard lock(mutex_);
  return stage_ == Stage::Open;
}

std::string Sessions::add(std::shared_ptr<Session> session) {
  const std::lock_guard lock(mutex_);
  std::string id = random_text();
  sessions_.emplace(id, std::move(session));
  return id;
}

std::size_t Sessions::open() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count_if(sessions_.begin(), sessions_.end(),
                                                [](const auto& entry) { return entry.second->is_open(); }));
}

std::shared_ptr<Session> Sessions::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) throw Refusal{404, "notFound", "No such upload."};
  return found->second;
}

}  // namespace weir::sandbox::gcs

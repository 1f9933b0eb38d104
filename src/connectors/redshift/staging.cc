// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/staging.h"

#include <fmt/format.h>

#include "base/json_text.h"
#include "formats/write_compressed.h"

namespace weir::redshift {

Staging::Staging(io::ObjectStore& store, StagedCompression compression, std::size_t threads)
    : store_(store), compression_(compression) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Staging::~Staging() {
  {
    const std::lock_guard lock(mutex_);
    state_ = State::Closed;
    waiting_.clear();
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

Result<void> Staging::add(Part& part, WriteBuffer bytes) {
  std::unique_lock lock(mutex_);
  // As many wait as are under way, so that threads never idle and memory stays bounded.
  changed_.wait(lock, [&] { return error_ || waiting_.size() < threads_.size(); });
  if (error_) return Failure(*error_);
  waiting_.push_back({&part, std::move(bytes)});
  changed_.notify_all();
  return {};
}

Result<void> Staging::replace(Part& part, std::string_view text) {
  part.size = TRY(upload(part.key, text).within("staging " + store_.uri(part.key)));
  return {};
}

// After a failure, too, it waits for what is under way: the parts may be gone afterwards.
Result<void> Staging::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] {
    if (error_) waiting_.clear();
    return waiting_.empty() && busy_ == 0;
  });
  if (error_) return Failure(*error_);
  return {};
}

WriteBuffer Staging::buffer() {
  const std::lock_guard lock(mutex_);
  if (buffers_.empty()) return {};
  auto buffer = std::move(buffers_.back());
  buffers_.pop_back();
  return buffer;
}

void Staging::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return state_ == State::Closed || !waiting_.empty(); });
    if (state_ == State::Closed) return;
    auto job = std::move(waiting_.front());
    waiting_.pop_front();
    ++busy_;
    changed_.notify_all();
    lock.unlock();
    const auto size = upload(job.part->key, job.bytes.view());
    job.bytes.clear();
    lock.lock();
    --busy_;
    if (size) {
      job.part->size = *size;
      buffers_.push_back(std::move(job.bytes));
    } else if (!error_) {
      error_ = size.error().within("staging " + store_.uri(job.part->key));
    }
    changed_.notify_all();
  }
}

Result<std::uint64_t> Staging::upload(const std::string& key, std::string_view bytes) {
  std::string body;
  if (compression_ == StagedCompression::Gzip) {
    WriteBuffer compressed;
    const auto compressor = formats::make_compressor(formats::OutputCompression::Gzip);
    TRY(compressor->compress(bytes, compressed));
    body = compressed.view();
  } else {
    body = bytes;
  }
  const auto size = body.size();
  const auto stored = TRY(store_.put(key, std::move(body), {}));
  if (stored.size != 0 && stored.size != size) {
    return fail(ErrorCode::Unavailable, "{} has {} bytes after {} were written", store_.uri(key), stored.size,
                size);
  }
  return size;
}

Result<void> Staging::write_manifest(const std::string& key, const std::vector<const Part*>& parts) {
  std::string json = R"({"entries":[)";
  for (const auto* part : parts) {
    if (part != parts.front()) json += ',';
    json += R"({"url":)";
    write_json_string(json, store_.uri(part->key));
    json += fmt::format(R"(,"mandatory":true,"meta":{{"content_length":{}}}}})", part->size);
  }
  json += "]}";
  TRY(store_.put(key, std::move(json), {.content_type = "application/json"}));
  return {};
}

void Staging::remove(const std::vector<std::string>& keys) {
  // What stays is removed by the next load of the partition.
  for (const auto& key : keys) static_cast<void>(store_.remove(key));
}

std::string key_segment(std::string_view text) {
  std::string segment;
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    // No dots, so that no segment is "." or "..".
    if (plain) {
      segment += c;
    } else {
      segment += fmt::format("={:02X}", static_cast<unsigned char>(c));
    }
  }
  return segment;
}

std::string part_key(const std::string& base, std::size_t number) {
  if (number == 1) return base;
  const auto slash = base.rfind('/');
  const auto name = slash == std::string::npos ? 0 : slash + 1;
  auto dot = base.find('.', name + 1);
  if (dot == std::string::npos) dot = base.size();
  return fmt::format("{}.{}{}", base.substr(0, dot), number, base.substr(dot));
}

}  // namespace weir::redshift

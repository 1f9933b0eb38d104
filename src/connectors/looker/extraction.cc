// SPDX-License-Identifier: Apache-2.0
#include "connectors/looker/extraction.h"

#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace weir::looker {
namespace {

/// Blocks that wait to be taken; beyond them the instance has to wait.
constexpr std::size_t kMostReady = 4;

class LookerExtraction final : public sdk::Extraction, private BlockSink {
 public:
  LookerExtraction(std::shared_ptr<Session> session, const RunOptions& options, std::vector<FetchTask> tasks,
                   std::vector<std::shared_ptr<const StreamFacts>> facts, std::vector<std::string> warnings)
      : session_(std::move(session)),
        tasks_(std::move(tasks)),
        facts_(std::move(facts)),
        warnings_(std::move(warnings)),
        fetcher_(*session_, options, *this) {
    thread_ = std::thread([this] { work(); });
  }

  ~LookerExtraction() override {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  LookerExtraction(const LookerExtraction&) = delete;
  LookerExtraction& operator=(const LookerExtraction&) = delete;

  const model::Schema& schema(std::size_t stream) const override { return facts_[stream]->schema; }

  Result<std::unique_ptr<sdk::Block>> next() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !ready_.empty() || outcome_; });
    if (ready_.empty()) {
      if (!outcome_->ok()) return Failure(outcome_->error());
      ended_ = true;
      return std::unique_ptr<sdk::Block>();
    }
    auto block = std::move(ready_.front());
    ready_.pop_front();
    lock.unlock();
    changed_.notify_all();
    return block;
  }

  std::uint64_t bytes_read() const override { return bytes_; }
  /// An instance does not say beforehand how much it will send.
  std::uint64_t bytes_total() const override { return ended_ ? bytes_.load() : 0; }
  std::string content_hash() const override { return ended_ ? fetcher_.content_hash() : ""; }

  std::vector<std::string> warnings() const override {
    auto all = warnings_;
    const auto& instance = session_->instance();
    const bool has_certificate = instance.base_url.starts_with("https:");
    if (has_certificate && instance.certificate == io::CertificateCheck::Skipped) {
      all.push_back(
          fmt::format("the certificate of {} is not checked, as verify_ssl says: anybody on the way can "
                      "read the credentials and change the rows",
                      session_->instance().host()));
    }
    for (const auto& task : tasks_)
      all.insert(all.end(), task.stream->warnings.begin(), task.stream->warnings.end());
    if (ended_) all.insert(all.end(), fetcher_.warnings().begin(), fetcher_.warnings().end());
    for (const auto& facts : facts_) {
      for (auto& warning : facts->decoder->warnings()) all.push_back(facts->input + ": " + warning);
    }
    return all;
  }

 private:
  void work() {
    auto outcome = fetcher_.run(tasks_);
    {
      const std::lock_guard lock(mutex_);
      outcome_ = std::move(outcome);
    }
    changed_.notify_all();
  }

  bool has_room() const override {
    const std::lock_guard lock(mutex_);
    return ready_.size() < kMostReady;
  }

  void wait_for_room() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ready_.size() < kMostReady || stopped_; });
  }

  Result<void> put(std::size_t stream, formats::RawBlock block) override {
    wait_for_room();
    bytes_ += block.bytes.size();
    {
      const std::lock_guard lock(mutex_);
      if (stopped_) return fail(ErrorCode::Cancelled, "the reading was given up");
      ready_.push_back(make_block(facts_[stream], std::move(block)));
    }
    changed_.notify_all();
    return {};
  }

  bool wants_more() const override { return !stopped_; }

  std::shared_ptr<Session> session_;  // shared with the source
  std::vector<FetchTask> tasks_;
  std::vector<std::shared_ptr<const StreamFacts>> facts_;  // shared with their blocks
  std::vector<std::string> warnings_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<sdk::Block>> ready_;
  std::optional<Result<void>> outcome_;
  std::atomic<bool> stopped_ = false;
  std::atomic<bool> ended_ = false;
  std::atomic<std::uint64_t> bytes_ = 0;
  Fetcher fetcher_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<sdk::Extraction> extract(std::shared_ptr<Session> session, const RunOptions& options,
                                         std::vector<FetchTask> tasks,
                                         std::vector<std::shared_ptr<const StreamFacts>> facts,
                                         std::vector<std::string> warnings) {
  return std::make_unique<LookerExtraction>(std::move(session), options, std::move(tasks), std::move(facts),
                                            std::move(warnings));
}

}  // namespace weir::looker

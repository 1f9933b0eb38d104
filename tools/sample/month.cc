// SPDX-License-Identifier: Apache-2.0
#include "tools/sample/month.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <vector>

#include "tools/sample/entry.h"

namespace weir::sample {
namespace {

constexpr std::int64_t kDayMicros = 86'400'000'000;
constexpr std::size_t kFlushBytes = 1 << 20;

// Requests an hour (UTC) and a weekday: quiet nights and weekends in North America.
constexpr std::array<std::uint32_t, 24> kHours = {46, 40, 34, 30,  28,  28,  32,  40,  48, 54, 56, 58,
                                                  66, 82, 96, 104, 106, 104, 102, 100, 96, 86, 70, 56};
constexpr std::array<std::uint32_t, 7> kWeekdays = {112, 120, 118, 116, 100, 58, 52};  // from Monday

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

class Month {
 public:
  explicit Month(const SampleOptions& options)
      : options_(options),
        random_(mix(options.seed)),
        traffic_(std::clamp<std::uint64_t>(options.rows / 8, 80, 60'000), options.seed),
        hours_(kHours) {
    buffer_.reserve(kFlushBytes + 8192);
  }

  Result<SampleSummary> write() {
    std::vector<std::uint64_t> sums = {0};
    for (int day = 0; day < options_.days; ++day) sums.push_back(sums.back() + day_weight(day));
    for (int day = 0; day < options_.days; ++day) {
      const auto until = [&](int d) {
        return options_.rows * sums[static_cast<std::size_t>(d)] / sums.back();
      };
      TRY(write_day({options_.from.days + day}, until(day + 1) - until(day)));
    }
    return summary_;
  }

 private:
  // 1970-01-01 was a Thursday. A day is busier or quieter than its weekday by up to a tenth.
  std::uint64_t day_weight(int day) const {
    const auto weekday = static_cast<std::size_t>(((options_.from.days + day + 3) % 7 + 7) % 7);
    return kWeekdays[weekday] * (90 + mix(options_.seed + static_cast<std::uint64_t>(day)) % 21);
  }

  Result<void> write_day(Date day, std::uint64_t lines) {
    const auto path = std::filesystem::path(options_.folder) / file_name(day);
    const File file(std::fopen(path.c_str(), "wb"));
    if (!file)
      return fail(ErrorCode::PermissionDenied, "cannot write '{}': {}", path.string(), std::strerror(errno));
    recent_count_ = 0;
    for (std::uint64_t line = 0; line < lines; ++line) {
      const auto before = buffer_.size();
      append_line(time_of(day, line, lines));
      summary_.bytes += buffer_.size() - before;
      if (buffer_.size() >= kFlushBytes) TRY(flush(file.get(), path.string()));
    }
    TRY(flush(file.get(), path.string()));
    ++summary_.files;
    summary_.lines += lines;
    return {};
  }

  // Line after line through the day: hours get their share of the lines, in order.
  Timestamp time_of(Date day, std::uint64_t line, std::uint64_t lines) {
    const auto part = line * 1024 + random_.below(1024);
    const auto [hour, within] = hours_.locate(part, lines * 1024);
    return {day.days * kDayMicros + static_cast<std::int64_t>(hour) * 3'600'000'000 +
            static_cast<std::int64_t>(within * 3'599'999'999.0)};
  }

  void append_line(Timestamp time) {
    const auto roll = random_.below(1'000'000);
    const auto broken = static_cast<std::uint32_t>(options_.broken_percent * 10'000);
    const auto duplicate = static_cast<std::uint32_t>(options_.duplicates_percent * 10'000);
    if (roll < broken) {
      make_request(time);
      append_entry(request_, options_.seed, static_cast<Flaw>(1 + summary_.broken % kFlaws), buffer_);
      ++summary_.broken;
    } else if (roll < broken + duplicate && recent_count_ > 0) {
      const auto kept = std::min<std::uint64_t>(recent_count_, recent_.size());
      buffer_.append(recent_[random_.below(static_cast<std::uint32_t>(kept))]);
      ++summary_.duplicates;
    } else {
      make_request(time);
      const auto begin = buffer_.size();
      append_entry(request_, options_.seed, Flaw::None, buffer_);
      recent_[recent_count_++ % recent_.size()].assign(buffer_, begin);
    }
  }

  void make_request(Timestamp time) {
    traffic_.next(random_, request_);
    request_.time = time;
    request_.number = number_++;
    request_.revision = 1 + static_cast<std::uint32_t>(number_ * 7 / (options_.rows + 1));
  }

  Result<void> flush(std::FILE* file, const std::string& path) {
    const auto written = std::fwrite(buffer_.data(), 1, buffer_.size(), file);
    if (written != buffer_.size() || std::fflush(file) != 0) {
      return fail(ErrorCode::Exhausted, "cannot write '{}': {}", path, std::strerror(errno));
    }
    buffer_.clear();
    return {};
  }

  SampleOptions options_;
  Random random_;
  Traffic traffic_;
  Weighted hours_;
  Request request_;
  std::uint64_t number_ = 0;
  std::array<std::string, 32> recent_;  // of today, to repeat
  std::uint64_t recent_count_ = 0;
  std::string buffer_;
  SampleSummary summary_;
};

}  // namespace

std::string file_name(Date day) { return to_string(day) + ".jsonl"; }

Result<SampleSummary> write_sample(const SampleOptions& options) {
  if (options.days < 1)
    return fail(ErrorCode::InvalidConfig, "days is {}; at least 1 is needed", options.days);
  std::error_code error;
  std::filesystem::create_directories(options.folder, error);
  if (error) {
    return fail(ErrorCode::PermissionDenied, "cannot create the folder '{}': {}", options.folder,
                error.message());
  }
  return Month(options).write();
}

}  // namespace weir::sample

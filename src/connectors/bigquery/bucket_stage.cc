// SPDX-License-Identifier: Apache-2.0
// Rows that wait in objects of a bucket: see row_stage.h.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "connectors/bigquery/row_stage.h"
#include "formats/inflate.h"
#include "formats/write_compressed.h"

namespace weir::bigquery {
namespace {

/// A load job takes no more objects.
constexpr std::size_t kMostObjects = 10'000;
constexpr std::size_t kPiece = std::size_t{1} << 20U;

class Bytes final : public formats::ByteSource {
 public:
  explicit Bytes(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read(char* to, std::size_t size) override {
    const auto count = std::min(size, bytes_.size() - at_);
    std::memcpy(to, bytes_.data() + at_, count);
    at_ += count;
    return count;
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

class BucketStage final : public RowStage {
 public:
  BucketStage(io::ObjectStore& store, std::string prefix, std::size_t part_size)
      : store_(store), prefix_(std::move(prefix)), part_size_(part_size) {}

  Result<void> add(std::string_view rows) override {
    part_ += rows;
    return part_.size() < part_size_ ? Result<void>() : send_part();
  }

  Result<google::FinishedJob> load(google::BigQueryJobs& jobs, const std::string& base,
                                   google::LoadJob job) override {
    if (!part_.empty()) TRY(send_part());
    for (const auto& part : parts_) job.uris.push_back(store_.uri(part.key));
    return jobs.run_with_attempts(base, job);
  }

  Result<std::vector<StagedRow>> find(const std::vector<RowProblem>& problems) override {
    std::vector<StagedRow> staged(problems.size());
    for (const auto& part : parts_) {
      const auto uri = store_.uri(part.key);
      std::vector<std::size_t> places;
      std::vector<const RowProblem*> here;
      for (std::size_t i = 0; i < problems.size(); ++i) {
        if (problems[i].file != uri) continue;
        places.push_back(i);
        here.push_back(&problems[i]);
      }
      if (here.empty()) continue;
      RowFinder finder(std::move(here));
      TRY(read_part(part, finder));
      for (std::size_t i = 0; i < places.size(); ++i) {
        staged[places[i]] = {uri, finder.found()[i].line, finder.found()[i].bytes};
      }
    }
    return staged;
  }

  void remove() override {
    // What stays is removed by the next load of the partition.
    for (const auto& part : parts_) static_cast<void>(store_.remove(part.key));
  }

 private:
  struct Part {
    std::string key;
    std::uint64_t size = 0;
  };

  Result<void> send_part() {
    if (parts_.size() == kMostObjects) {
      return fail(ErrorCode::Exhausted,
                  "the rows of a table take more than {} objects; make part_size larger than {} bytes",
                  kMostObjects, part_size_);
    }
    WriteBuffer packed;
    TRY(formats::make_compressor(formats::OutputCompression::Gzip)->compress(part_, packed));
    part_.clear();
    auto& part = parts_.emplace_back(Part{fmt::format("{}part-{:05}.json.gz", prefix_, parts_.size()), 0});
    const auto stored =
        TRY(store_.put(part.key, std::string(packed.view()), {.content_type = "application/gzip"}));
    part.size = stored.size;
    return {};
  }

  Result<void> read_part(const Part& part, RowFinder& finder) {
    auto stored = TRY(store_.read(part.key, {0, part.size}, ""));
    const auto text = TRY(formats::inflate(std::make_unique<Bytes>(std::move(stored)),
                                           formats::Compression::Gzip, store_.uri(part.key)));
    std::string piece(kPiece, '\0');
    while (const auto count = TRY(text->read(piece.data(), piece.size()))) {
      finder.take(std::string_view(piece).substr(0, count));
    }
    return {};
  }

  io::ObjectStore& store_;
  const std::string prefix_;
  const std::size_t part_size_;
  std::string part_;  // the rows of the one under way
  std::vector<Part> parts_;
};

}  // namespace

std::unique_ptr<RowStage> make_bucket_stage(io::ObjectStore& store, std::string prefix,
                                            std::size_t part_size) {
  return std::make_unique<BucketStage>(store, std::move(prefix), part_size);
}

}  // namespace weir::bigquery

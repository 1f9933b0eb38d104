// SPDX-License-Identifier: Apache-2.0
#include "execution/preview.h"

#include <algorithm>

#include "execution/runner.h"
#include "execution/stage.h"
#include "execution/writer.h"

namespace weir::execution {
namespace {

constexpr std::size_t kMostBadRows = 5;

/// The start of one stream of an extraction.
class FirstBlocks final : public sdk::Extraction {
 public:
  FirstBlocks(sdk::Extraction& whole, std::size_t stream, std::size_t blocks)
      : whole_(whole), stream_(stream), left_(blocks) {}

  const model::Schema& schema(std::size_t stream) const override { return whole_.schema(stream); }
  Result<std::unique_ptr<sdk::Block>> next() override {
    if (left_ == 0) return std::unique_ptr<sdk::Block>();
    --left_;
    while (true) {
      auto block = whole_.next();
      if (!block.ok() || (*block != nullptr && (*block)->stream() == stream_)) return block;
      if (*block != nullptr) continue;
      reached_end_ = true;
      return block;
    }
  }
  std::uint64_t bytes_read() const override { return whole_.bytes_read(); }
  std::uint64_t bytes_total() const override { return whole_.bytes_total(); }
  std::string content_hash() const override { return whole_.content_hash(); }
  bool reached_end() const { return reached_end_; }

 private:
  sdk::Extraction& whole_;
  std::size_t stream_;
  std::size_t left_;
  bool reached_end_ = false;
};

/// Takes the place of a destination: shows rows instead of storing them.
class ShownRows final : public sdk::Load {
 public:
  ShownRows(const model::Schema& schema, std::uint64_t rows, ShowRows show)
      : schema_(schema), left_(rows), show_(std::move(show)) {}

  Result<sdk::WriteOutcome> write(std::size_t, const model::BatchView& rows) override {
    const auto taken = std::min<std::uint64_t>(left_, rows.rows);
    if (taken > 0) TRY(show_(schema_, {static_cast<std::size_t>(taken), rows.columns}));
    left_ -= taken;
    return sdk::WriteOutcome{};
  }
  Result<void> publish(const std::vector<model::LedgerEntry>&) override {
    return fail(ErrorCode::Internal, "a preview publishes nothing");
  }

 private:
  const model::Schema& schema_;
  std::uint64_t left_;
  ShowRows show_;
};

/// Passes a worked block on, and collects what would be refused.
Result<void> pass_on(WorkedBlock& worked, Writer& writer, std::optional<Stage>& stage,
                     PreviewOutcome& outcome) {
  const auto bad = [&](sdk::Reject reject) {
    if (outcome.bad.size() < kMostBadRows) outcome.bad.push_back(std::move(reject));
  };
  outcome.read += worked.rows.rows() + worked.rejects.size();
  for (auto& reject : worked.rejects) bad(std::move(reject));
  const auto reject_of = [&](std::int64_t number, std::string reason) {
    return worked.block->reject(worked.rows.origins()[static_cast<std::size_t>(number)], std::move(reason));
  };
  for (const auto& chunk : worked.chunks) {
    TRY(Writer::split(
        chunk.view(),
        [&](std::size_t, std::int64_t number, std::string_view reason) -> Result<void> {
          bad(reject_of(number, std::string(reason)));
          return {};
        },
        [&](const model::BatchView& data, const std::int64_t* numbers) -> Result<void> {
          const auto origin = [&](std::size_t row, std::string reason) -> Result<sdk::Reject> {
            return reject_of(numbers[row], std::move(reason));
          };
          return stage ? stage->append(data, origin) : writer.write(data, origin);
        }));
  }
  return {};
}

}  // namespace

Result<PreviewOutcome> Runner::preview(const model::Partition& partition, const PreviewLimits& limits,
                                       const ShowRows& show) {
  const auto inputs = TRY(pipeline_.source->inputs(partition).within("looking for input"));
  if (inputs.empty()) {
    return fail(ErrorCode::NotFound, "partition {} has no input to look at; choose one that has",
                partition.key);
  }
  const auto open = [&] { return pipeline_.source->open(partition, inputs); };
  const auto whole = TRY(open());
  FirstBlocks extraction(*whole, limits.table, limits.blocks);
  auto* workers = TRY(workers_for(limits.table, partition, extraction.schema(limits.table), open));
  PreviewOutcome outcome;
  outcome.schema = workers->program().output;
  outcome.notes = workers->program().notes;
  ShownRows shown(outcome.schema, limits.rows,
                  [&](const model::Schema& schema, const model::BatchView& rows) -> Result<void> {
                    outcome.shown += rows.rows;
                    return show(schema, rows);
                  });
  // Without a quarantine: its files belong to whoever holds the partition's lock.
  const BadRowLimit no_limit;
  Writer writer({shown, 0, "", nullptr, no_limit, "", services_.clock.now()});
  std::optional<Stage> stage;
  if (needs_stage(workers->program())) stage.emplace(TRY(Stage::open(*workers)));
  TRY(work_off(
      extraction, workers->prepare(partition.window),
      [&](WorkedBlock& worked) { return pass_on(worked, writer, stage, outcome); }, services_.cancelled));
  if (stage) TRY(stage->finish(writer));
  outcome.whole_input = extraction.reached_end();
  return outcome;
}

}  // namespace weir::execution

// SPDX-License-Identifier: Apache-2.0
// Reads the streams of one partition one after the other: question by question, with answers that were cut or
// broke off continued, into blocks. Used by the extraction, on a thread of its own.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/looker/ordered_rows.h"
#include "connectors/looker/row_blocks.h"
#include "connectors/looker/slice.h"
#include "protocols/looker/run_query.h"

namespace weir::looker {

/// One stream and what is to be read of it.
struct FetchTask {
  std::shared_ptr<const Stream> stream;  ///< shared with the source
  std::vector<Slice> slices;
};

/// Where the blocks go.
class BlockSink {
 public:
  virtual ~BlockSink() = default;
  /// Whether put() would not have to wait.
  virtual bool has_room() const = 0;
  /// Also ends when nobody wants blocks any more.
  virtual void wait_for_room() = 0;
  /// Cancelled when nobody wants it any more.
  virtual Result<void> put(std::size_t stream, formats::RawBlock block) = 0;
  virtual bool wants_more() const = 0;
};

class Fetcher final : private RowSink {
 public:
  /// What it refers to outlives it.
  Fetcher(Session& session, const RunOptions& options, BlockSink& sink);

  Result<void> run(const std::vector<FetchTask>& tasks);

  /// Complete after run().
  std::string content_hash() const { return blocks_.content_hash(); }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  Result<void> row(std::string_view json) override;
  bool is_wanted() const override { return sink_.wants_more(); }

  Result<void> read(const Stream& stream, std::vector<Slice> slices);
  Result<void> read(const Stream& stream, Slice slice, std::deque<Slice>& waiting);
  Result<Slice> rest_of_cut(const Stream& stream, const Slice& slice, OrderedRows& rows) const;
  /// Where to go on after an answer that broke off; nothing when its error is final.
  std::optional<Slice> rest_of_broken(const Stream& stream, const Slice& slice, OrderedRows& rows) const;
  void note(const Stream& stream, const Answer& answer);
  Result<void> flush();

  Session& session_;
  RunOptions options_;
  BlockSink& sink_;
  /// While a query runs. Given up while nobody takes its rows, for somebody else may be waiting for it who
  /// is to go first.
  std::optional<HostLimit::Place> place_;
  BlockBuilder blocks_;
  std::size_t number_ = 0;  ///< of the stream
  std::vector<std::string> warnings_;
};

}  // namespace weir::looker

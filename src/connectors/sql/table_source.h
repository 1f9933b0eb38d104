// SPDX-License-Identifier: Apache-2.0
// The half of a source of tables and queries that is the same for all databases: what its inputs are known
// by, and which partition has which. Databases derive from it. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/sdk/source.h"
#include "connectors/sql/stream.h"
#include "connectors/sql/stream_options.h"
#include "io/clock.h"

namespace weir::sql {

/// What a source asks one session with its server. One thread at a time.
class SourceSession {
 public:
  virtual ~SourceSession() = default;
  /// A stream, found out from the server.
  virtual Result<std::shared_ptr<Stream>> describe(const StreamOptions& options,
                                                   const model::Partition& partition) = 0;
  /// How many rows a stream has and the newest value of its change_column, as texts.
  virtual Result<std::pair<std::string, std::string>> changes(const StreamOptions& options,
                                                              const Stream& stream) = 0;
  /// What changes whenever a table of the server may have changed.
  virtual Result<std::string> version(Timestamp now) = 0;
  /// The earliest time in the partition_column of a table.
  virtual Result<std::optional<Timestamp>> earliest(const StreamOptions& options) = 0;
};

class TableSource : public sdk::Source {
 public:
  Result<void> check() override;
  Result<std::vector<sdk::InputStamp>> inputs(const model::Partition& partition) override;
  Result<std::unique_ptr<sdk::Extraction>> replay(const model::Partition& partition,
                                                  const std::vector<sdk::Reject>& rows) override;
  bool partitions_inputs() const override { return is_partitioned_; }
  bool starts_afresh() const override { return true; }
  Result<std::optional<Timestamp>> earliest() override;

 protected:
  TableSource(std::vector<StreamOptions> options, const io::Clock& clock);

  virtual Result<std::unique_ptr<SourceSession>> connect() const = 0;
  /// The full name of a table: "looker.history".
  virtual std::string full_name(const std::string& table) const = 0;

  const std::vector<StreamOptions>& options() const { return options_; }
  /// For messages: "looker.history", "query 2".
  std::string shown_name(const StreamOptions& options) const;
  Result<StreamList> describe(SourceSession& session, const model::Partition& partition) const;
  /// Whether the inputs are those that were looked for, as far as a database tells.
  Result<void> check_stamps(SourceSession& session, const StreamList& streams,
                            const model::Partition& partition,
                            const std::vector<sdk::InputStamp>& inputs) const;

 private:
  std::string stamp_name(const StreamOptions& options, const model::Partition& partition) const;
  Result<sdk::InputStamp> stamp(SourceSession& session, const StreamOptions& options, const Stream& stream,
                                const model::Partition& partition) const;

  std::vector<StreamOptions> options_;  // one a stream
  bool is_partitioned_;                 // one of them, so that partitions differ
  const io::Clock& clock_;
};

}  // namespace weir::sql

// SPDX-License-Identifier: Apache-2.0
// What a destination is: it stages the rows of a run and publishes them, with the ledger row, in
// one step. Asking it is the only way to know what was published.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/write_buffer.h"
#include "model/batch.h"
#include "model/load.h"
#include "model/partition.h"
#include "model/schema.h"

namespace weir::sdk {

/// What a destination can do. The planner reads this; nobody switches on a destination's name.
struct DestinationCapabilities {
  std::vector<model::WriteMode> write_modes;
  /// The destination keeps the first row of a key on its own (TableTarget::skip_known_keys).
  bool resolves_keys = false;
  /// Loads into it may run side by side; otherwise the caller runs one load at a time.
  bool concurrent_loads = false;
};

/// One table of a load.
struct TableTarget {
  std::string table;
  model::Schema schema;  ///< of the rows to come
  model::WriteMode write = model::WriteMode::Append;
  std::vector<std::string> key{};  ///< empty: no key
  /// ReplacePartition removes the rows whose `partition_column` lies in the partition's window;
  /// without a window or column it removes what earlier loads of this partition wrote.
  std::string partition_column{};
  /// A row whose key is already stored, in this load or before, is left out and counted.
  bool skip_known_keys = false;
};

struct LoadRequest {
  std::string load_id;
  std::string pipeline;
  model::Partition partition;
  /// None: the load only writes its ledger entries, as for a partition that has no input.
  std::vector<TableTarget> tables;
};

/// A row that the destination refused, by its index in the written batch.
struct RefusedRow {
  std::size_t row = 0;
  std::string reason;
};

struct WriteOutcome {
  std::uint64_t deduplicated = 0;  ///< left out because the key was known
  std::vector<RefusedRow> refused;
};

/// A row that write() had taken and prepare() found to be refused all the same.
struct LateRefusal {
  std::size_t table = 0;   ///< its number in the load
  std::string place;       ///< where it was staged, for people
  std::uint64_t line = 0;  ///< there, from 1
  std::string reason;
  std::string bytes;  ///< as it was staged
  /// Its number, from 0, among the rows of its table that write() did not refuse, when that is known:
  /// so the caller can find the row that it was made of.
  std::optional<std::uint64_t> number{};
  /// Whether a row that was found in that way is the one that was refused. Valid until publish().
  std::function<bool(const model::BatchView& rows, std::size_t row)> is_row{};
  /// How write() counted it.
  enum class Counted { Loaded, Deduplicated } counted = Counted::Loaded;
};

/// Makes the bytes that a load would make of rows, so that several threads share the work. One thread.
class RowEncoder {
 public:
  virtual ~RowEncoder() = default;
  /// Appends the bytes of the rows of one block, which are in order.
  virtual Result<void> encode(std::span<const model::BatchView> rows, WriteBuffer& out) = 0;
};

/// A load under way. Dropping it without publish() leaves the destination as it was.
/// Used by one thread at a time.
class Load {
 public:
  virtual ~Load() = default;
  /// Stages rows for table number `table` of the request.
  virtual Result<WriteOutcome> write(std::size_t table, const model::BatchView& rows) = 0;
  /// An encoder for a thread that has rows for a table; null where rows go to write(). The load outlives it.
  virtual std::unique_ptr<RowEncoder> encoder(std::size_t) { return nullptr; }
  /// Stages rows that an encoder of the table has made the bytes of; it refuses none.
  virtual Result<void> write_encoded(std::size_t, std::uint64_t, std::string_view) {
    return fail(ErrorCode::Internal, "this destination has no encoder");
  }
  /// Everything but the last, atomic step: flushes, closes files, builds what can be built.
  virtual Result<void> prepare() { return {}; }
  /// Rows that prepare() left out; the caller sets them aside and does not count them as loaded.
  virtual std::vector<LateRefusal> late_refusals() { return {}; }
  /// Makes the rows and one ledger entry a table visible together. After an error the caller asks
  /// find_load() whether it happened.
  virtual Result<void> publish(const std::vector<model::LedgerEntry>& entries) = 0;
  /// What a person should know although nothing failed: "3 values of title were cut to 20 characters".
  virtual std::vector<std::string> warnings() const { return {}; }
};

/// A configured destination. Usable from several threads unless capabilities say otherwise.
class Destination {
 public:
  virtual ~Destination() = default;
  virtual const DestinationCapabilities& capabilities() const = 0;
  /// Whether it can be reached and written; creates nothing.
  virtual Result<void> check() = 0;
  /// Begins a load: creates missing tables and columns, takes an existing table over. Nothing of it
  /// is visible before publish(). Fails with DataMismatch when a column's type cannot take ours.
  virtual Result<std::unique_ptr<Load>> begin(const LoadRequest& request) = 0;
  /// The newest ledger entry of each table of a pipeline's partition; empty when never loaded.
  virtual Result<std::vector<model::LedgerEntry>> find_load(const std::string& pipeline,
                                                            const std::string& partition) = 0;
  /// Every ledger entry, oldest first; empty pipeline: of all pipelines.
  virtual Result<std::vector<model::LedgerEntry>> ledger(const std::string& pipeline) = 0;
  /// A command line that shows a table's rows, for the reader of a run's summary; empty: none.
  virtual std::string query_hint(const std::string& table) const = 0;
};

}  // namespace weir::sdk

// SPDX-License-Identifier: Apache-2.0
// Runner: carries one pipeline's partitions out, one at a time, with the guarantees of a run: one
// commit point, every row accounted for, the destination asked before anything is believed.
// Used by the commands; several runners may work side by side, each on its own thread.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "execution/observer.h"
#include "execution/pipeline.h"
#include "execution/preview.h"
#include "execution/workers.h"
#include "geocoding/geocoder.h"
#include "io/clock.h"
#include "io/environment.h"
#include "io/sleeper.h"
#include "state/state_store.h"

namespace weir::execution {

/// What runners share. Everything outlives them.
struct Services {
  state::StateStore& state;
  const io::Clock& clock;
  const io::Environment& environment;
  std::function<std::array<std::uint8_t, 10>()> random;  ///< for ids
  std::string folder;                                    ///< `.weir` of the project
  const std::atomic<bool>& cancelled;
  io::Sleeper& sleeper;  ///< of waits before a source that was lost is read anew
  /// Opens what a geocode transform asks for.
  std::function<Result<std::shared_ptr<geocoding::Geocoder>>(const geocoding::GeocodeOptions&)> open_geocoder;
  /// Held during a load into a destination that takes one at a time.
  std::mutex& load_turn;
  std::size_t workers = 2;  ///< threads of one runner
  std::size_t runners = 1;  ///< that share the memory of a run
};

struct RunOptions {
  state::Trigger trigger = state::Trigger::Run;
  /// What to do with a partition that holds this very input already.
  enum class Loaded { Skip, LoadAgain } loaded = Loaded::Skip;
  /// What the ledger is to keep of how far the source was read; see offer_cursor() and CursorPosition.
  std::string cursor{};
};

/// Reads the rows that are to be replayed, once their partition is claimed.
using RowsToReplay = std::function<Result<std::vector<sdk::Reject>>()>;

/// How a run ended. `run.state` is final unless the partition could not even be claimed.
struct RunOutcome {
  state::Run run;
  std::optional<Error> error;

  model::RowCounts counts() const;
};

class Runner {
 public:
  Runner(const Pipeline& pipeline, const Services& services) : pipeline_(pipeline), services_(services) {}

  /// Loads a partition.
  RunOutcome run(const model::Partition& partition, const RunOptions& options, Observer& observer);
  /// Loads rows from quarantine into their partition, on top of what is there. Rows that still
  /// cannot be loaded go back.
  RunOutcome replay(const model::Partition& partition, const RowsToReplay& rows, Observer& observer);
  /// The compiled transforms of each table for a partition's input, as `plan` shows them.
  Result<std::vector<transforms::Program>> programs(const model::Partition& partition);
  /// Shows the first rows of a partition as they would reach the destination. Writes nothing.
  Result<PreviewOutcome> preview(const model::Partition& partition, const PreviewLimits& limits,
                                 const ShowRows& show);

 private:
  class Attempt;

  /// Opens the rows that are about to be read once more, to look at a few.
  using Reopen = std::function<Result<std::unique_ptr<sdk::Extraction>>()>;
  /// The transforms of one table, compiled.
  struct Compiled {
    std::vector<std::shared_ptr<geocoding::Geocoder>> geocoders;  ///< that its workers use
    std::unique_ptr<Workers> workers;
    std::string queries;  ///< of its sql transforms, with the partition filled in
  };
  Result<Workers*> workers_for(std::size_t table, const model::Partition& partition,
                               const model::Schema& input, const Reopen& reopen);

  Result<bool> has_inputs_of_its_own(const model::Partition& partition) const;
  static std::vector<std::string> sample_of(std::size_t stream, const std::string& column,
                                            const Reopen& reopen);

  const Pipeline& pipeline_;
  const Services& services_;
  std::vector<Compiled> compiled_;  ///< a table each
};

}  // namespace weir::execution

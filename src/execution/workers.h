// SPDX-License-Identifier: Apache-2.0
// The engine side of a pipeline: its transforms compiled for one input schema and prepared for each
// worker. Kept by a Runner from partition to partition, so that small partitions stay cheap.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/database.h"
#include "execution/block_queue.h"
#include "execution/spill_folder.h"
#include "transforms/program.h"

namespace weir::execution {

class Workers {
 public:
  struct Options {
    SpillFolder spill;  ///< for staged rows that outgrow memory
    std::uint64_t engine_memory;
    std::size_t count;  ///< of workers
  };
  /// Compiles transforms and checks for rows of `context.input`.
  static Result<std::unique_ptr<Workers>> create(const std::vector<transforms::Transform>& transforms,
                                                 const std::vector<transforms::Check>& checks,
                                                 transforms::ProgramContext context, Options options);

  const transforms::Program& program() const { return program_; }
  const model::Schema& input() const { return input_; }
  /// A connection for work on staged rows, by one thread.
  engine::Connection& connection() { return *connection_; }
  /// One more.
  Result<engine::Connection> connect() const { return database_->connect(); }
  /// One function a worker: runs the first segment over its block. Sets the window for this run.
  std::vector<Work> prepare(const std::optional<model::Window>& window);

 private:
  struct Worker;
  Workers() = default;

  SpillFolder spill_;  // outlives the engine
  model::Schema input_;
  transforms::Program program_;
  std::shared_ptr<std::optional<model::Window>> window_;  ///< what window_start() and window_end() give
  std::optional<engine::Database> database_;
  std::optional<engine::Connection> connection_;
  std::vector<std::shared_ptr<Worker>> workers_;
};

/// The columns that every row carries through a program after its data columns.
std::vector<model::Column> carried_columns();

}  // namespace weir::execution

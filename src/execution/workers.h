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
#include "execution/pipeline.h"
#include "transforms/program.h"

namespace weir::execution {

class Workers {
 public:
  /// Compiles the pipeline's transforms for rows of `context.input`. `spill_folder` is made by the
  /// engine when rows have to be staged and outgrow memory.
  static Result<std::unique_ptr<Workers>> create(const Pipeline& pipeline, const std::string& spill_folder,
                                                 const transforms::ProgramContext& context,
                                                 std::size_t count);

  const transforms::Program& program() const { return program_; }
  const model::Schema& input() const { return input_; }
  /// A connection for work on staged rows, by one thread.
  engine::Connection& connection() { return *connection_; }
  /// One more.
  Result<engine::Connection> connect() const { return database_->connect(); }
  /// One function a worker: runs the first segment over its block. Sets the window for this run.
  Result<std::vector<Work>> prepare(const std::optional<model::Window>& window);

 private:
  struct Worker;
  Workers() = default;

  model::Schema input_;
  transforms::Program program_;
  std::optional<engine::Database> database_;
  std::optional<engine::Connection> connection_;
  std::vector<std::shared_ptr<Worker>> workers_;
};

/// The columns that every row carries through a program after its data columns.
std::vector<model::Column> carried_columns();

}  // namespace weir::execution

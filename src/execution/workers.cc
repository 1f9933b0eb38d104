// SPDX-License-Identifier: Apache-2.0
#include "execution/workers.h"

#include <numeric>

#include "base/text.h"

namespace weir::execution {

/// One thread's session: the input table it fills and the statement that reads it.
struct Workers::Worker {
  engine::Connection connection;
  engine::Input input;
  engine::Prepared statement;
  std::vector<model::ColumnView> columns;
  std::vector<std::int64_t> row_numbers;
  std::vector<model::Text> no_errors;
  std::vector<std::uint64_t> all_null;

  Result<void> run(WorkedBlock& worked);
};

std::vector<model::Column> carried_columns() {
  return {{std::string(transforms::kRowColumn), model::Type::Integer},
          {std::string(transforms::kErrorColumn), model::Type::Text}};
}

Result<void> Workers::Worker::run(WorkedBlock& worked) {
  const auto view = worked.rows.view();
  if (view.rows == 0) return {};
  if (row_numbers.size() < view.rows) {
    const auto size = (view.rows + 1023) / 1024 * 1024;
    row_numbers.resize(size);
    std::iota(row_numbers.begin(), row_numbers.end(), 0);
    no_errors.resize(size);
    all_null.resize(size / 64);
  }
  columns.assign(view.columns.begin(), view.columns.end());
  columns.push_back({model::Type::Integer, row_numbers.data(), nullptr});
  columns.push_back({model::Type::Text, no_errors.data(), all_null.data()});
  input.set({view.rows, columns});
  auto rows = TRY(statement.run());
  while (auto chunk = TRY(rows.take())) worked.chunks.push_back(*std::move(chunk));
  return {};
}

Result<std::unique_ptr<Workers>> Workers::create(const std::vector<transforms::Transform>& transforms,
                                                 const std::vector<transforms::Check>& checks,
                                                 transforms::ProgramContext context, Options options) {
  std::unique_ptr<Workers> workers(new Workers);
  workers->spill_ = std::move(options.spill);
  workers->input_ = context.input;
  workers->database_ = TRY(engine::Database::open({.path = "",
                                                   .memory_bytes = options.engine_memory,
                                                   .spill_folder = workers->spill_.path(),
                                                   .threads = 1}));
  workers->connection_ = TRY(workers->database_->connect());
  workers->window_ = std::make_shared<std::optional<model::Window>>();
  context.window = workers->window_;
  workers->program_ = TRY(transforms::compile(transforms, checks, context, *workers->connection_));
  auto carried = context.input;
  for (auto& column : carried_columns()) carried.columns.push_back(std::move(column));
  const auto& segments = workers->program_.segments;
  const bool row_by_row = !segments.empty() && segments.front().kind == transforms::Segment::Kind::Rows;
  const std::string sql = row_by_row ? segments.front().sql : "SELECT * FROM input";
  for (std::size_t i = 0; i < options.count; ++i) {
    auto connection = TRY(workers->database_->connect());
    const auto table = fmt::format("weir_input_{}", i);
    auto input = TRY(connection.define_input(table, carried));
    TRY(connection.execute(fmt::format("CREATE TEMP VIEW input AS SELECT * FROM {}()", table)));
    auto statement = TRY(connection.prepare(sql).within("preparing the transforms"));
    workers->workers_.push_back(std::make_shared<Worker>(
        Worker{std::move(connection), std::move(input), std::move(statement), {}, {}, {}, {}}));
  }
  return workers;
}

std::vector<Work> Workers::prepare(const std::optional<model::Window>& window) {
  *window_ = window;
  std::vector<Work> work;
  for (const auto& worker : workers_) {
    work.emplace_back([worker](WorkedBlock& worked) { return worker->run(worked); });
  }
  return work;
}

}  // namespace weir::execution

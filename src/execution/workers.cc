// SPDX-License-Identifier: Apache-2.0
#include "execution/workers.h"

#include "base/text.h"

namespace weir::execution {

/// One thread's session: the input table it fills and the statement that reads it.
struct Workers::Worker {
  engine::Connection connection;
  engine::Input input;
  std::optional<engine::Prepared> statement;  ///< nothing when rows stay as they are
  std::vector<std::optional<std::size_t>> untouched;
  std::vector<model::ColumnView> columns{};
  std::shared_ptr<const PlainMarks> marks{};

  Result<void> run(WorkedBlock& worked);
};

std::vector<model::Column> carried_columns() {
  return {{std::string(transforms::kRowColumn), model::Type::Integer},
          {std::string(transforms::kErrorColumn), model::Type::Text}};
}

Result<void> Workers::Worker::run(WorkedBlock& worked) {
  const auto view = worked.rows.view();
  if (view.rows == 0) return {};
  if (!marks || marks->numbers.size() < view.rows) {
    marks = std::make_shared<const PlainMarks>((view.rows + 1023) / 1024 * 1024);
  }
  if (!statement) {
    worked.chunks.emplace_back(view, marks);
    return {};
  }
  columns.assign(view.columns.begin(), view.columns.end());
  columns.push_back({model::Type::Integer, marks->numbers.data(), nullptr});
  columns.push_back({model::Type::Text, marks->no_errors.data(), marks->all_null.data()});
  input.set({view.rows, columns});
  auto rows = TRY(statement->run());
  while (auto chunk = TRY(rows.take())) worked.chunks.emplace_back(view, *std::move(chunk), untouched);
  return {};
}

/// What the engine is to compute of a segment: columns that stay as they are never enter it.
std::string computed_sql(const transforms::Segment& segment) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < segment.output.size(); ++i) {
    if (!segment.untouched[i]) names.push_back(sql_identifier(segment.output.columns[i].name));
  }
  for (const auto& column : carried_columns()) names.push_back(sql_identifier(column.name));
  return fmt::format("SELECT {} FROM (\n{}\n) AS segment", join(names), segment.sql);
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
  for (std::size_t i = 0; i < options.count; ++i) {
    auto connection = TRY(workers->database_->connect());
    const auto table = fmt::format("weir_input_{}", i);
    auto input = TRY(connection.define_input(table, carried));
    TRY(connection.execute(fmt::format("CREATE TEMP VIEW input AS SELECT * FROM {}()", table)));
    Worker worker{std::move(connection), std::move(input), {}, {}};
    if (row_by_row) {
      const auto& segment = segments.front();
      worker.statement =
          TRY(worker.connection.prepare(computed_sql(segment)).within("preparing the transforms"));
      worker.untouched = segment.untouched;
    }
    workers->workers_.push_back(std::make_shared<Worker>(std::move(worker)));
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

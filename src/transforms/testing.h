// SPDX-License-Identifier: Apache-2.0
// For the tests of this folder: compiles transforms over a few rows given as text, runs them and
// shows the result as text.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "engine/database.h"
#include "model/cell_text.h"
#include "transforms/program.h"
#include "transforms/text_values.h"

namespace weir::transforms::testing {

using Cell = std::optional<std::string>;
using Rows = std::vector<std::vector<Cell>>;
inline const Cell kNull = std::nullopt;

/// Sets a cell from its text.
inline void set_cell(model::Batch& batch, model::Type type, std::size_t column, std::size_t row,
                     const Cell& cell) {
  if (!cell) return;
  switch (type) {
    case model::Type::Boolean:
      return batch.set_boolean(column, row, parse_boolean(*cell).value());
    case model::Type::Integer:
      return batch.set_integer(column, row, parse_integer(*cell).value());
    case model::Type::Double:
      return batch.set_double(column, row, parse_double(*cell).value());
    case model::Type::Timestamp:
      return batch.set_timestamp(column, row, parse_timestamp(*cell).value());
    case model::Type::Date:
      return batch.set_date(column, row, parse_date(*cell).value());
    default:
      return batch.set_text(column, row, batch.keep(*cell));
  }
}

inline std::string shown(const model::ColumnView& column, std::size_t row) {
  if (column.is_null(row)) return "NULL";
  return model::cell_text(column, row);
}

/// One pipeline under test. Fill in what the test is about, then ask for the result.
struct Pipeline {
  ProgramContext context;
  Rows rows;
  std::vector<Transform> transforms;
  std::vector<Check> checks;
  model::Window window = {*parse_timestamp("2022-01-24"), *parse_timestamp("2022-01-25")};

  Pipeline& column(const std::string& name, model::Type type = model::Type::Text) {
    context.input.columns.push_back({name, type});
    return *this;
  }
  Pipeline& row(std::vector<Cell> cells) { return rows.push_back(std::move(cells)), *this; }
  Pipeline& then(Verb verb) { return transforms.push_back({std::move(verb), {}}), *this; }
  template <typename Rule>
  Pipeline& check(Rule rule) {
    return checks.push_back({std::move(rule), {}}), *this;
  }

  engine::Database database = engine::Database::open({}).operator*();
  engine::Connection connection = database.connect().operator*();

  Result<Program> compiled() {
    context.window = std::make_shared<const std::optional<model::Window>>(window);
    return compile(transforms, checks, context, connection);
  }

  /// The problem that compile() reports; fails the test when it finds none.
  std::string problem() {
    const auto program = compiled();
    EXPECT_FALSE(program.ok()) << "nothing was found wrong";
    return program.ok() ? "" : program.error().message();
  }

  /// The columns after the program: "id integer, name text".
  std::string schema() {
    const auto program = compiled();
    EXPECT_TRUE(program.ok()) << program.error().to_string();
    return program.ok() ? model::to_string(program->output) : "";
  }

  /// The rows after the program, one a line, cells separated by bars. A refused row shows its reason.
  std::string result() {
    // A fresh database each time, so that a test may ask more than once.
    connection = (database = engine::Database::open({}).operator*()).connect().operator*();
    const auto program = compiled();
    if (!program.ok()) return "cannot compile: " + program.error().message();
    auto schema = context.input;
    schema.columns.push_back({std::string(kRowColumn), model::Type::Integer});
    schema.columns.push_back({std::string(kErrorColumn), model::Type::Text});
    model::Batch first(schema);
    for (const auto& cells : rows) {
      const auto index = first.add_row({});
      for (std::size_t i = 0; i < cells.size(); ++i)
        set_cell(first, schema.columns[i].type, i, index, cells[i]);
      first.set_integer(cells.size(), index, static_cast<std::int64_t>(index));
    }
    auto done = run(*program, schema, first.view());
    return done.ok() ? *done : "cannot run: " + done.error().message();
  }

 private:
  /// Runs the segments one after the other over materialised tables.
  Result<std::string> run(const Program& program, const model::Schema& schema, const model::BatchView& view) {
    auto input = TRY(connection.define_input("given_rows", schema));
    input.set(view);
    TRY(connection.execute("CREATE TEMP TABLE stage_0 AS SELECT * FROM given_rows()"));
    std::string refused;
    std::size_t stage = 0;
    for (const auto& segment : program.segments) {
      TRY(connection.execute(fmt::format("CREATE OR REPLACE TEMP VIEW input AS FROM stage_{}", stage)));
      auto statement = TRY(connection.prepare(segment.sql));
      auto rows_out = TRY(statement.run());
      auto columns = rows_out.schema();
      ++stage;
      std::string table;
      for (const auto& column : columns.columns) {
        table += fmt::format("{}{} {}", table.empty() ? "" : ", ", sql_identifier(column.name),
                             engine::sql_type(column.type));
      }
      model::Batch copied(columns);
      while (auto batch = TRY(rows_out.next())) copy(*batch, columns, copied);
      TRY(connection.execute(fmt::format("CREATE TEMP TABLE stage_{} ({})", stage, table)));
      auto appender = TRY(connection.append_to(fmt::format("stage_{}", stage)));
      TRY(appender.append(copied.view()));
      TRY(appender.close());
      refused += TRY(take_refused(segment, stage));
    }
    return TRY(text_of(program, stage)) + refused;
  }

  static void copy(const model::BatchView& batch, const model::Schema& columns, model::Batch& copied) {
    for (std::size_t row = 0; row < batch.rows; ++row) {
      const auto index = copied.add_row({});
      for (std::size_t i = 0; i < columns.size(); ++i) {
        if (batch.columns[i].is_null(row)) continue;
        set_cell(copied, columns.columns[i].type, i, index, shown(batch.columns[i], row));
      }
    }
  }

  Result<std::string> take_refused(const Segment& segment, std::size_t stage) {
    if (segment.kind == Segment::Kind::Sql) {
      TRY(connection.execute(fmt::format("ALTER TABLE stage_{} ADD COLUMN _weir_row BIGINT", stage)));
      TRY(connection.execute(fmt::format("UPDATE stage_{} SET _weir_row = rowid", stage)));
    }
    if (segment.kind != Segment::Kind::Rows) {
      TRY(connection.execute(fmt::format("ALTER TABLE stage_{} ADD COLUMN _weir_error VARCHAR", stage)));
      return std::string();
    }
    auto rows_out = TRY(connection.query(
        fmt::format("SELECT _weir_row, _weir_error FROM stage_{} WHERE _weir_error IS NOT NULL", stage)));
    std::string text;
    while (auto batch = TRY(rows_out.next())) {
      for (std::size_t row = 0; row < batch->rows; ++row) {
        text += fmt::format("refused {}: {}\n", shown(batch->columns[0], row), shown(batch->columns[1], row));
      }
    }
    TRY(connection.execute(fmt::format("DELETE FROM stage_{} WHERE _weir_error IS NOT NULL", stage)));
    return text;
  }

  Result<std::string> text_of(const Program& program, std::size_t stage) {
    std::string names;
    for (const auto& column : program.output.columns) {
      names += fmt::format("{}{}", names.empty() ? "" : ", ", sql_identifier(column.name));
    }
    auto rows_out = TRY(connection.query(fmt::format("SELECT {} FROM stage_{}", names, stage)));
    std::string text;
    while (auto batch = TRY(rows_out.next())) {
      for (std::size_t row = 0; row < batch->rows; ++row) {
        for (std::size_t i = 0; i < batch->columns.size(); ++i) {
          text += (i == 0 ? "" : "|") + shown(batch->columns[i], row);
        }
        text += "\n";
      }
    }
    return text;
  }
};

}  // namespace weir::transforms::testing

// SPDX-License-Identifier: Apache-2.0
// A pipeline's transforms, checked against the columns of its input and turned into SQL.
// Made by compile(), carried out by execution/. Values; safe to share once made.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "engine/database.h"
#include "model/partition.h"
#include "model/schema.h"
#include "transforms/transform.h"

namespace weir::geocoding {
class Geocoder;
}

namespace weir::transforms {

/// Columns that a program carries beside the data. They never reach a destination.
inline constexpr std::string_view kRowColumn =
    "_weir_row";  ///< Integer: index in its block, or position in the stage
inline constexpr std::string_view kErrorColumn = "_weir_error";  ///< Text: why the row is refused, else null

/// A step of a program. Its SQL reads the relation `input`, which holds the data columns and, for
/// Kind::Rows, `_weir_row` and `_weir_error`.
struct Segment {
  enum class Kind {
    /// Row by row: may run on any piece of the input. Gives the data columns, then `_weir_row`
    /// and `_weir_error`. Rows that are missing in the output were filtered.
    Rows,
    /// Deduplication over all rows: gives the data columns and `_weir_row`. Missing: deduplicated.
    Deduplicate,
    /// SQL of the user over all rows: gives data columns only.
    Sql,
  };
  Kind kind = Kind::Rows;
  std::string sql;
  model::Schema output;  ///< the data columns
  /// Of Kind::Rows: the numbers of the input's columns that data columns are, unchanged; nothing for
  /// those that the SQL computes.
  std::vector<std::optional<std::size_t>> untouched{};
};

struct Program {
  std::vector<Segment> segments;
  model::Schema output;  ///< of the last segment, or the input's when there is none
  /// The destination leaves out rows whose key it has: the transforms' deduplication was handed to it.
  bool skip_known_keys = false;
  /// Some deduplicate over the destination's key stays in the program, and no later verb changes the
  /// key: a row whose key an earlier partition stored is a duplicate as well, no bad row.
  bool known_keys_are_duplicates = false;
  /// What a person should know: "deduplicate is done by the destination".
  std::vector<std::string> notes;
};

/// What compile() may assume about the run.
struct ProgramContext {
  model::Schema input;
  /// Destination key and whether the destination can keep the first row of a key by itself.
  std::vector<std::string> key;
  bool destination_resolves_keys = false;
  /// The pipeline's partition column; empty when it has none. Rows outside of the window are
  /// filtered, or refused when each partition has inputs of its own.
  std::string partition_column;
  bool refuse_outside_window = false;
  /// Where the SQL's window_start() and window_end() look while a partition runs.
  std::shared_ptr<const std::optional<model::Window>> window;
  /// Some values of a JSON column of the input, for unpack without `fields`; may be absent.
  std::function<std::vector<std::string>(const std::string& column)> sample;
  /// Fetches the key of a mask; may be absent when no transform needs one.
  std::function<Result<Secret>(const config::SecretReference&)> resolve_secret;
  /// Opens a geocoder; may be absent when no transform needs one. It lives as long as the engine's
  /// database. For the same options and database it must be the same one.
  std::function<Result<std::shared_ptr<geocoding::Geocoder>>(const geocoding::GeocodeOptions&)> open_geocoder;
};

/// Checks the transforms and checks against the input and makes the program. Functions that it
/// needs are registered on `connection`'s database. All problems come in one InvalidConfig error.
Result<Program> compile(const std::vector<Transform>& transforms, const std::vector<Check>& checks,
                        const ProgramContext& context, engine::Connection& connection);

}  // namespace weir::transforms

// SPDX-License-Identifier: Apache-2.0
// Catalogue: which models and explores there are, and the fields of their views. Tables: the views with
// their rows, generated or given by a test. Used by queries, metadata and the service. Catalogue is
// constant; Tables is thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "base/result.h"
#include "sandbox/looker/data/world.h"
#include "sandbox/looker/queries/timeframe.h"

namespace weir::sandbox::looker {

enum class Listing { Always, Internal };  ///< whether a model is listed without include_internal

struct Model {
  std::string name, label;
  Listing listing = Listing::Always;
  std::vector<Explore> explores;

  const Explore* explore(const std::string& explore_name) const;
};

std::span<const Model> models();
const Model* find_model(const std::string& name);

using SharedView = std::shared_ptr<const View>;

class Tables {
 public:
  Tables(const Settings& settings, Timestamp now) : world_(std::make_shared<World>(settings, now)) {}

  /// Null when there is no such view.
  SharedView view(const std::string& name, const Window& window) const;
  /// Puts rows of JSON in place of the generated ones. InvalidConfig names what does not fit.
  Result<void> replace(const std::string& view, const nlohmann::json& rows);
  /// Back to the generated rows, everywhere.
  void restore();

 private:
  struct GivenRows;
  SharedWorld world_;
  mutable std::mutex mutex_;  // guards given_
  std::map<std::string, std::shared_ptr<const GivenRows>> given_;
};

/// A dimension or a measure as clients name it; points into a view.
struct Field {
  std::string name;                      ///< "history.created_time"
  std::string label, label_short, type;  ///< "History Created Time", "Created Time", "date_time"
  std::string view, view_label;
  const Column* column = nullptr;
  const Measure* measure = nullptr;
  std::optional<Timeframe> timeframe{};

  bool is_hidden() const { return column != nullptr && column->visibility == Visibility::Hidden; }
  bool is_numeric() const;
};

/// In the order of the view: dimensions, then measures.
std::vector<Field> fields_of(const View& view);
/// The one that clients call so, "history.created_time".
std::optional<Field> find_field(const View& view, std::string_view name);

}  // namespace weir::sandbox::looker

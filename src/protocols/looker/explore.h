// SPDX-License-Identifier: Apache-2.0
// What an explore offers: its fields with their types, as the instance describes them. Used by the connector.
// Values.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "protocols/looker/session.h"

namespace weir::looker {

enum class FieldCategory { Dimension, Measure };

/// One field that a query can select.
struct Field {
  std::string name;   ///< "history.created_time"
  std::string type;   ///< LookML's: "date_time", "yesno", "number"
  std::string label;  ///< "History Created Time"
  std::string view;   ///< "history"
  std::string dimension_group;
  std::string value_format;
  FieldCategory category = FieldCategory::Dimension;
  bool is_hidden = false;
  bool is_primary_key = false;
  bool has_error = false;

  /// "created_time"
  std::string short_name() const { return name.substr(name.find('.') + 1); }
};

struct Explore {
  std::string model;
  std::string name;
  std::string base_view;  ///< the view that it is made of; the others are joined
  bool has_time_zones = true;
  std::vector<Field> fields;
  std::vector<std::string> filter_only{};  ///< fields that can be filtered on, but not selected
  std::set<std::string> multiplying{};     ///< views that have several rows for one of the base view

  const Field* find(const std::string& field) const;
  /// "view.field" of each, for suggestions.
  std::vector<std::string> names() const;
};

/// Asks the instance. NotFound with a suggestion when the model or the explore does not exist.
Result<Explore> read_explore(Session& session, const std::string& model, const std::string& explore);

/// "a%20b": one segment of a path.
std::string path_segment(std::string_view text);

}  // namespace weir::looker

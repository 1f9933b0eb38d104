// SPDX-License-Identifier: Apache-2.0
#include "config/description.h"

#include <algorithm>

namespace weir::config {

const FieldDescription* Description::find(std::string_view field) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const FieldDescription& each) { return each.name == field; });
  return found == fields.end() ? nullptr : &*found;
}

std::vector<std::string> Description::field_names() const {
  std::vector<std::string> names;
  for (const auto& field : fields) names.push_back(field.name);
  return names;
}

std::vector<std::string> Description::alternative_names() const {
  std::vector<std::string> names;
  for (const auto& alternative : alternatives) names.push_back(alternative.name);
  return names;
}

}  // namespace weir::config

// SPDX-License-Identifier: Apache-2.0
// Which fields JSON objects have, and of which types. Used by unpack when no fields are named. Pure.
#pragma once

#include <string>
#include <vector>

#include "model/schema.h"

namespace weir::transforms {

/// The fields of all the objects in the order in which they appear, named in snake_case. A field is
/// of the narrowest type that holds its values: boolean, integer, double, text, or json for objects
/// and lists; text when all are null. Texts that are no objects are passed over.
model::Schema fields_of(const std::vector<std::string>& objects);

}  // namespace weir::transforms

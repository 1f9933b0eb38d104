// SPDX-License-Identifier: Apache-2.0
// Reads the `transforms:` and `checks:` lists of a pipeline, and describes them for the schema and
// the reference pages. Used by whoever reads pipeline files.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/diagnostics.h"
#include "config/node.h"
#include "config/variants.h"
#include "transforms/transform.h"

namespace weir::transforms {

/// One step, chosen by its verb: `- unpack: http_request`. An sql transform keeps the name of its
/// file; load_queries() reads it.
const config::Variants<Transform>& transform_variants();
/// One check, chosen by its rule: `- not_null: [insert_id]`.
const config::Variants<Check>& check_variants();

/// The verbs and rules with their options, for documentation.
const config::Description& transform_descriptions();
const config::Description& check_descriptions();

/// The steps of a list. Problems are in `diagnostics`; what could be read is given.
std::vector<Transform> read_transforms(const config::Node& list, config::Diagnostics& diagnostics);
std::vector<Check> read_checks(const config::Node& list, config::Diagnostics& diagnostics);

/// Fills in the queries that stand in files, through `read`, which takes the path as written.
void load_queries(std::vector<Transform>& transforms, config::Diagnostics& diagnostics,
                  const std::function<Result<std::string>(const std::string& path)>& read);

}  // namespace weir::transforms

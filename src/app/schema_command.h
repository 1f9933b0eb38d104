// SPDX-License-Identifier: Apache-2.0
// `weir schema`: the JSON Schema of the project's files, for editors. Used by the command line and by
// tests.
#pragma once

#include <string>
#include <vector>

#include "app/context.h"
#include "config/description.h"

namespace weir::app {

/// The whole schema as JSON text. `what` is "project", "pipeline", or empty for either.
std::string schema_document(const std::string& what);

/// The descriptions that the schema and the reference pages are made of.
std::vector<config::Description> connection_descriptions();
std::vector<config::Description> source_descriptions();
std::vector<config::Description> destination_descriptions();

struct SchemaOptions {
  std::string what;
};
ExitCode schema(const SchemaOptions& options, Context& context);

}  // namespace weir::app

// SPDX-License-Identifier: Apache-2.0
// Reads the options of a source with those of its tables. Used by the connectors of this folder.
#pragma once

#include <vector>

#include "connectors/files/source_options.h"
#include "connectors/sdk/connector.h"

namespace weir::files {

struct SourceOptions {
  FilesSourceOptions source;
  std::vector<TableOptions> tables;
};

inline SourceOptions read_source(const config::Spec<FilesSourceOptions>& spec,
                                 const sdk::ConnectorNodes& nodes, config::Diagnostics& diagnostics) {
  SourceOptions options{spec.read(nodes.options, diagnostics), {}};
  for (const auto& table : nodes.tables)
    options.tables.push_back(source_table_spec().read(table, diagnostics));
  return options;
}

}  // namespace weir::files

// SPDX-License-Identifier: Apache-2.0
// The ledger's files as JSON text, so that they can be read without weir. Only the ledger of this
// folder includes it. Pure functions; broken text is DataMismatch.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/files/destination_ledger.h"

namespace weir::files {

std::string records_json(const std::vector<LoadRecord>& records);
Result<std::vector<LoadRecord>> parse_records(std::string_view text);

std::string table_json(const TableState& state);
Result<TableState> parse_table(const std::string& name, std::string_view text);

/// A manifest as Redshift's COPY takes it, of files by their URL and size.
/// https://docs.aws.amazon.com/redshift/latest/dg/loading-data-files-using-manifest.html
std::string redshift_manifest(const std::vector<std::pair<std::string, std::uint64_t>>& files);

std::string publication_json(const Publication& publication);
Result<Publication> parse_publication(std::string_view text);

}  // namespace weir::files

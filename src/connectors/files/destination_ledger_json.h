// SPDX-License-Identifier: Apache-2.0
// The ledger's files as JSON text, so that they can be read without weir. Only the ledger of this
// folder includes it. Pure functions; broken text is DataMismatch.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/files/destination_ledger.h"

namespace weir::files {

std::string records_json(const std::vector<LoadRecord>& records);
Result<std::vector<LoadRecord>> parse_records(std::string_view text);

std::string table_json(const TableState& state);
Result<TableState> parse_table(const std::string& name, std::string_view text);

std::string publication_json(const Publication& publication);
Result<Publication> parse_publication(std::string_view text);

}  // namespace weir::files

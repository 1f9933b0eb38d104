// SPDX-License-Identifier: Apache-2.0
// Pieces of the YAML that migrated projects have in common. Used inside this folder only. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "migrate/project_text.h"

namespace weir::migrate {

/// Text in quotes, as both JSON and YAML have it.
std::string quoted(std::string_view text);
/// A name, in quotes where YAML would take it for something else.
std::string named(const std::string& text);
/// "[a, \"B\"]".
std::string list_of(const std::vector<std::string>& names);
/// The head of a pipeline's file: what was decided, as a comment.
std::string decisions_text(const std::string& file, const std::vector<std::string>& decided);
/// "    key: \"value\"", or a comment that says what is missing.
std::string line(std::string_view key, std::string_view value, std::string_view missing = {});

/// The connection `bucket`. `of` says what is in it.
std::string bucket_yaml(std::string_view of, const std::string& bucket);
/// The connection `warehouse`.
std::string warehouse_yaml(const Surroundings& around, const std::string& schema, const std::string& staging);

}  // namespace weir::migrate

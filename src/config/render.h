// SPDX-License-Identifier: Apache-2.0
// Renders a Description for editors (JSON Schema), for the reference pages (Markdown) and for the
// terminal (help). Used by app. Pure functions.
#pragma once

#include <cstddef>
#include <string>

#include "config/description.h"

namespace weir::config {

/// The JSON Schema (draft 2020-12) of the options, as indented JSON text without "$schema".
std::string json_schema(const Description& description);
/// The same as a whole document, with "$schema" and a title.
std::string json_schema_document(const Description& description, const std::string& title);

/// A page section: summary, table of options, an example, then one section for each nested part.
/// `heading_level` is the number of # of its title.
std::string reference_markdown(const Description& description, int heading_level = 2);

/// One paragraph an option, wrapped at `width` columns.
std::string help_text(const Description& description, std::size_t width);

/// "text", "whole number, 1 to 65535", "one of append, replace": the type of a field for people.
std::string type_text(const FieldDescription& field);

}  // namespace weir::config

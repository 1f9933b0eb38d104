// SPDX-License-Identifier: Apache-2.0
// The part of reading that does not depend on the options' type: which key belongs to which field,
// and what is unknown, missing or of the wrong shape. Used only by spec.h and variants.h.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "config/description.h"
#include "config/diagnostics.h"
#include "config/node.h"

namespace weir::config {

/// Calls `read` with each field that was given and its value. Reports unknown and missing keys.
void read_fields(const Description& description, const Node& node, Diagnostics& diagnostics,
                 const std::function<void(std::size_t field, const Node& value)>& read);

/// The items of a list; empty after reporting that it is not one.
const std::vector<Node>& list_items(const Node& node, const FieldDescription& field,
                                    Diagnostics& diagnostics);
/// The entries of a mapping; empty after reporting that it is not one.
const std::vector<Node::Entry>& map_entries(const Node& node, const FieldDescription& field,
                                            Diagnostics& diagnostics);

struct ChosenAlternative {
  std::size_t index = 0;
  Node options;
};
/// Which alternative of a Verb or Selected description the node names; nothing after reporting why.
std::optional<ChosenAlternative> choose_alternative(const Description& description, const Node& node,
                                                    Diagnostics& diagnostics);

/// Reports a value of the wrong kind: "option 'port' must be a whole number, but is the text 'x'".
void report_wrong_kind(const Node& node, const FieldDescription& field, std::string_view wanted,
                       Diagnostics& diagnostics);

}  // namespace weir::config

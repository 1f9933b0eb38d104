// SPDX-License-Identifier: Apache-2.0
// looker.ini: the file in which Looker's own clients keep an instance's address and credentials. Used by
// instance.h. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace weir::looker {

using IniSection = std::map<std::string, std::string>;

/// The values of a section, by their keys in lower case, without the quotes around them; empty ones are left
/// out. No section named: the first one. A percent sign is a percent sign. `file` is for messages.
Result<IniSection> read_ini(std::string_view text, const std::string& section, const std::string& file);

/// "true", "t", "yes", "y", "1" and their opposites in any case; InvalidConfig for anything else. `name` says
/// in the message what the value is of.
Result<bool> read_ini_flag(std::string_view value, const std::string& name);

}  // namespace weir::looker

// SPDX-License-Identifier: Apache-2.0
// The profiles of ~/.aws/config and ~/.aws/credentials. Used by the search for credentials and by
// settings.h. Plain values.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/environment.h"

namespace weir::aws {

/// Keys in lower case; a nested one as "s3.addressing_style".
using Profile = std::map<std::string, std::string>;
using Profiles = std::map<std::string, Profile>;

enum class ProfileFile { Config, Credentials };

/// Adds the profiles of a file's text; what is there already is replaced key by key. `path` is for
/// messages, which never show a line.
Result<void> parse_profiles(std::string_view text, ProfileFile kind, const std::string& path,
                            Profiles& profiles);

/// Both files, the credentials file before the other. A file that does not exist is empty.
Result<Profiles> load_profiles(const io::Environment& environment);

/// The profile's value, or "".
std::string value_of(const Profile& profile, const std::string& key);

}  // namespace weir::aws

// SPDX-License-Identifier: Apache-2.0
#include "protocols/aws/profiles.h"

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "base/text.h"

namespace weir::aws {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// A comment begins at the start of a line or after a blank.
std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if ((line[i] == '#' || line[i] == ';') && (i == 0 || is_blank(line[i - 1]))) return line.substr(0, i);
  }
  return line;
}

/// The profile that a section's title names; nothing for sections of another kind.
std::optional<std::string> profile_of(std::string_view title, ProfileFile kind) {
  title = trim(title);
  if (kind == ProfileFile::Credentials || title == "default") return std::string(title);
  constexpr std::string_view kPrefix = "profile";
  if (title.substr(0, kPrefix.size()) != kPrefix || title.size() == kPrefix.size() ||
      !is_blank(title[kPrefix.size()])) {
    return std::nullopt;
  }
  std::string_view name = trim(title.substr(kPrefix.size()));
  if (name.size() > 1 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
  return std::string(name);
}

Result<std::string> read_file(const std::filesystem::path& path) {
  std::error_code missing;
  if (!std::filesystem::exists(path, missing)) return std::string();
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return fail(ErrorCode::PermissionDenied, "the file {} cannot be read", path.string());
  return text.str();
}

std::string path_of(const io::Environment& environment, const std::string& variable, const char* name) {
  if (const auto path = environment.get(variable); path && !path->empty()) return *path;
  return environment.get("HOME").value_or("") + "/.aws/" + name;
}

}  // namespace

Result<void> parse_profiles(std::string_view text, ProfileFile kind, const std::string& path,
                            Profiles& profiles) {
  Profile* profile = nullptr;
  bool in_section = false;
  std::string parent;  // the key that indented lines belong to
  std::size_t number = 0;
  for (const std::string& whole : split(text, '\n')) {
    ++number;
    const std::string_view line = without_comment(whole);
    if (trim(line).empty()) continue;
    if (line.front() == '[') {
      const std::size_t end = line.find(']');
      if (end == std::string_view::npos) {
        return fail(ErrorCode::InvalidConfig, "line {} of {}: the ']' of the section is missing", number,
                    path);
      }
      const auto name = profile_of(line.substr(1, end - 1), kind);
      profile = name ? &profiles[*name] : nullptr;
      in_section = true;
      parent.clear();
      continue;
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || !in_section) {
      return fail(ErrorCode::InvalidConfig,
                  "line {} of {} is neither a [section] nor 'key = value' inside one", number, path);
    }
    std::string key = lower(trim(line.substr(0, equals)));
    const std::string value(trim(line.substr(equals + 1)));
    if (is_blank(line.front()) && !parent.empty()) {
      key = parent + "." + key;
    } else {
      parent = value.empty() ? key : "";
    }
    if (profile != nullptr) (*profile)[key] = value;
  }
  return {};
}

Result<Profiles> load_profiles(const io::Environment& environment) {
  Profiles profiles;
  const std::string config = path_of(environment, "AWS_CONFIG_FILE", "config");
  TRY(parse_profiles(TRY(read_file(config)), ProfileFile::Config, config, profiles));
  const std::string credentials = path_of(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
  TRY(parse_profiles(TRY(read_file(credentials)), ProfileFile::Credentials, credentials, profiles));
  return profiles;
}

std::string value_of(const Profile& profile, const std::string& key) {
  const auto found = profile.find(key);
  return found == profile.end() ? "" : found->second;
}

}  // namespace weir::aws

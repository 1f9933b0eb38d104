// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/source_paths.h"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <regex>

#include "base/text.h"

namespace weir::files {
namespace {

constexpr std::string_view kWildcards = "*?[";

/// glob(3) reports the folder that it could not list through a plain function.
thread_local std::string unlisted_folder;
thread_local int unlisted_error = 0;

int note_unlisted(const char* folder, int error) {
  if (error == ENOENT || error == ENOTDIR) return 0;
  unlisted_folder = folder;
  unlisted_error = error;
  return 1;
}

std::string escape_wildcards(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || kWildcards.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

bool exists(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

struct PlaceholderShape {
  std::string_view name;
  const char* digits;  // as a regular expression
};
constexpr std::array<PlaceholderShape, 9> kShapes = {
    {{"partition.date", "([0-9]{4}-[0-9]{2}-[0-9]{2})"},
     {"partition.key", "([0-9]{4}-[0-9]{2}(?:-[0-9]{2}(?:T[0-9]{2})?)?)"},
     {"partition.compact", "([0-9]{8})"},
     {"partition.year", "([0-9]{4})"},
     {"partition.month", "([0-9]{2})"},
     {"partition.day", "([0-9]{2})"},
     {"partition.hour", "([0-9]{2})"},
     {"partition.start", "([0-9]{4}-[0-9]{2}-[0-9]{2}[^/]*?)"},
     {"partition.end", "([0-9]{4}-[0-9]{2}-[0-9]{2}[^/]*?)"}}};

/// A path taken apart: literal text, wildcards, and placeholders.
struct PathShape {
  std::string glob;
  std::string expression;
  std::vector<std::string_view> placeholders;  // of the expression's groups
};

std::string as_expression(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '*') {
      out += "[^/]*";
    } else if (c == '?') {
      out += "[^/]";
    } else {
      if (std::string_view("\\^$.|+(){}").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

PathShape shape_of(std::string_view path) {
  PathShape shape;
  while (true) {
    const auto open = path.find("{{");
    shape.glob += path.substr(0, open);
    shape.expression += as_expression(path.substr(0, open));
    if (open == std::string_view::npos) return shape;
    const auto close = path.find("}}", open);
    if (close == std::string_view::npos) return shape;
    const auto name = trim(path.substr(open + 2, close - open - 2));
    const auto* known =
        std::find_if(kShapes.begin(), kShapes.end(), [&](const auto& s) { return s.name == name; });
    shape.glob += '*';
    shape.expression += known == kShapes.end() ? "([^/]*)" : known->digits;
    shape.placeholders.push_back(name);
    path.remove_prefix(close + 2);
  }
}

int number(const std::string& digits) { return static_cast<int>(std::strtol(digits.c_str(), nullptr, 10)); }

std::optional<Timestamp> time_of(const std::smatch& match,
                                 const std::vector<std::string_view>& placeholders) {
  CivilDate date;
  int hour = 0;
  bool year_known = false;
  for (std::size_t i = 0; i < placeholders.size(); ++i) {
    const auto text = match[i + 1].str();
    const auto name = placeholders[i];
    if (name == "partition.date" || name == "partition.key" || name == "partition.start") {
      date = {number(text.substr(0, 4)), number(text.substr(5, 2)),
              text.size() < 10 ? 1 : number(text.substr(8, 2))};
      if (text.size() >= 13) hour = number(text.substr(11, 2));
      year_known = true;
    } else if (name == "partition.compact") {
      date = {number(text.substr(0, 4)), number(text.substr(4, 2)), number(text.substr(6, 2))};
      year_known = true;
    } else if (name == "partition.year") {
      date.year = number(text);
      year_known = true;
    } else if (name == "partition.month") {
      date.month = number(text);
    } else if (name == "partition.day") {
      date.day = number(text);
    } else if (name == "partition.hour") {
      hour = number(text);
    }
  }
  const auto day = year_known && hour < 24 ? from_civil(date) : std::nullopt;
  if (!day) return std::nullopt;
  return Timestamp{midnight(*day).micros + hour * 3'600'000'000LL};
}

}  // namespace

bool has_placeholder(const std::string& path) { return path.find("{{") != std::string::npos; }

std::string in_project(const std::string& project_folder, const std::string& path) {
  if (path.starts_with('/') || project_folder.empty()) return path;
  return project_folder.ends_with('/') ? project_folder + path : project_folder + "/" + path;
}

std::string fixed_prefix(const std::string& path) {
  return path.substr(0, std::min(path.find_first_of(kWildcards), path.find("{{")));
}

std::string fixed_folder(const std::string& path) {
  const auto fixed = fixed_prefix(path);
  const auto slash = fixed.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : fixed.substr(0, slash);
}

Result<std::vector<std::string>> matching_files(const std::string& project_folder, const std::string& path) {
  const auto full = in_project(project_folder, path);
  std::vector<std::string> found;
  // A name that holds wildcard characters itself is taken literally when such a file exists.
  if (exists(full)) return std::vector<std::string>{path};
  if (path.find_first_of(kWildcards) == std::string::npos) return found;
  const auto prefix = full.substr(0, full.size() - path.size());
  glob_t matches{};
  const int code = ::glob((escape_wildcards(prefix) + path).c_str(), GLOB_NOSORT, note_unlisted, &matches);
  for (std::size_t i = 0; i < matches.gl_pathc; ++i) found.emplace_back(matches.gl_pathv[i] + prefix.size());
  ::globfree(&matches);
  if (code == GLOB_ABORTED) {
    return fail(unlisted_error == EACCES ? ErrorCode::PermissionDenied : ErrorCode::Unavailable,
                "the folder {} cannot be listed for {}: {}; grant read and search permission on it",
                unlisted_folder, path, std::strerror(unlisted_error));
  }
  if (code == GLOB_NOSPACE) return fail(ErrorCode::Exhausted, "too many files match {}", path);
  std::sort(found.begin(), found.end());
  return found;
}

Result<std::optional<Timestamp>> earliest_match(Place& place, const std::string& path) {
  const auto shape = shape_of(path);
  std::optional<Timestamp> earliest;
  try {
    const std::regex expression(shape.expression);
    for (const auto& name : TRY(place.names(shape.glob))) {
      std::smatch match;
      if (!std::regex_match(name, match, expression)) continue;
      const auto time = time_of(match, shape.placeholders);
      if (time && (!earliest || *time < *earliest)) earliest = time;
    }
  } catch (const std::regex_error&) {
    return fail(ErrorCode::InvalidConfig, "the pattern {} has brackets that do not match", path);
  }
  return earliest;
}

}  // namespace weir::files

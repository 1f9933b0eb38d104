// SPDX-License-Identifier: Apache-2.0
// Diagnostics gathers every problem of the configuration files, so that a person sees all of them
// at once. Used by everybody who reads configuration. One thread at a time.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weir::config {

/// A place in a file. Lines and columns count from 1; 0 means that the place is not known.
struct Position {
  std::string file;
  int line = 0;
  int column = 0;  ///< counted in bytes

  /// "pipelines/request_logs.yaml:7:3", or only the parts that are known.
  std::string to_string() const;
  bool operator==(const Position&) const = default;
};

enum class Severity { Error, Warning };

/// How much of the source line may be repeated below a problem.
enum class Excerpt {
  Line,     ///< all of it
  KeyOnly,  ///< up to the colon after the key: the value may be a misplaced password
  Hidden,   ///< none of it: the line holds a sensitive value
};

struct Diagnostic {
  Severity severity = Severity::Error;
  Position at;
  std::string message;     ///< what is wrong, with the value received and the values allowed
  std::string suggestion;  ///< "column" when "colum" was written; may be empty
  Excerpt excerpt = Excerpt::Line;

  /// "file:7:3: unknown key 'colum'; did you mean 'column'?"; of a warning "file:7:3: warning: …".
  std::string to_string() const;
  /// The same without that word, where it is said already.
  std::string without_severity() const;
};

class Diagnostics {
 public:
  void error(const Position& at, std::string message, std::string suggestion = {});
  void warning(const Position& at, std::string message, std::string suggestion = {});
  void add(Diagnostic diagnostic);
  /// Keeps the text of a file, so that problems can be shown with their line.
  void add_source(const std::string& file, std::string text);

  /// Whether there is no error; warnings do not count.
  bool ok() const { return error_count_ == 0; }
  std::size_t error_count() const { return error_count_; }
  bool empty() const { return diagnostics_.empty(); }
  /// Ordered by file, line and column.
  std::vector<Diagnostic> sorted() const;

  /// For people: one paragraph a problem, with the source line and a caret when the text is known.
  std::string to_string() const;
  /// For machines: an array of {severity, file, line, column, message, suggestion}.
  std::string to_json() const;
  /// Success, or one InvalidConfig error that holds every problem.
  Result<void> to_result() const;

 private:
  /// What may be shown of a line: one sensitive value hides it from all problems of that line.
  std::optional<std::string_view> visible_line(const Position& at) const;
  std::string excerpt(const Diagnostic& diagnostic) const;

  std::vector<Diagnostic> diagnostics_;
  std::size_t error_count_ = 0;
  std::map<std::string, std::string> sources_;
};

}  // namespace weir::config

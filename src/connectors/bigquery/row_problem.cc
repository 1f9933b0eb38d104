// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/row_problem.h"

#include <charconv>

#include "base/text.h"

namespace weir::bigquery {
namespace {

/// The number behind a word; `text` then begins behind it.
std::optional<std::uint64_t> number_after(std::string_view& text, std::string_view word) {
  const auto at = text.find(word);
  if (at == std::string_view::npos) return std::nullopt;
  const auto* begin = text.data() + at + word.size();
  const auto* end = text.data() + text.size();
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  return number;
}

std::string_view without_head(std::string_view text) {
  constexpr std::string_view kHead = "Error while reading data, error message: ";
  return text.starts_with(kHead) ? text.substr(kHead.size()) : text;
}

}  // namespace

// "Error while reading data, error message: JSON parsing error in row starting at position 4251: Could not
// convert value to integer. Field: x; Value: abc" and, shorter, "… Row: 12".
std::optional<RowProblem> row_problem(const google::JobProblem& problem) {
  RowProblem found;
  auto rest = without_head(problem.message);
  found.offset = number_after(rest, "row starting at position ");
  if (!found.offset) {
    if (rest.find("giving up") != std::string_view::npos) return std::nullopt;  // a summary of all
    found.number = number_after(rest, "Row: ");
    if (!found.number) return std::nullopt;
    rest = without_head(problem.message);
  }
  if (problem.location.starts_with("gs://")) found.file = problem.location;
  // Some say the file once more before the reason.
  if (rest.starts_with(" at file: ")) rest.remove_prefix(std::min(rest.size(), rest.find(": ", 10)));
  if (rest.starts_with(": ")) rest.remove_prefix(2);
  found.reason = std::string(trim(rest));
  return found;
}

RowFinder::RowFinder(std::vector<const RowProblem*> problems)
    : problems_(std::move(problems)), found_(problems_.size()) {}

void RowFinder::take(std::string_view piece) {
  while (!piece.empty()) {
    const auto end = piece.find('\n');
    row_ += piece.substr(0, end);
    if (end == std::string_view::npos) return;
    piece.remove_prefix(end + 1);
    for (std::size_t i = 0; i < problems_.size(); ++i) {
      const auto& problem = *problems_[i];
      const bool is_this = problem.offset ? *problem.offset == offset_ : problem.number == line_;
      if (is_this) found_[i] = {line_, row_};
    }
    offset_ += row_.size() + 1;
    ++line_;
    row_.clear();
  }
}

}  // namespace weir::bigquery

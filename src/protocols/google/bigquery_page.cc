// SPDX-License-Identifier: Apache-2.0
// Pages of rows: see bigquery_query.h.
#include <charconv>

#include "protocols/google/bigquery_query.h"

namespace weir::google {
namespace {

/// Walks over the members of the outermost object. Whoever decodes the rows looks at their inside.
class PageWalk {
 public:
  explicit PageWalk(std::string_view text) : text_(text) {}

  /// Whether there is one more member; its name and value then are name() and value().
  bool next() {
    skip_blanks();
    if (at_ >= text_.size() || is_broken_) return false;
    const char opens = text_[at_];
    if (opens == '}') return is_whole_ = true, false;
    if (opens != (is_first_ ? '{' : ',')) return broken();
    is_first_ = false;
    ++at_;
    skip_blanks();
    if (at_ < text_.size() && text_[at_] == '}') return is_whole_ = true, false;
    if (!skip_value()) return broken();
    name_ = unquoted(last_);
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != ':') return broken();
    ++at_;
    skip_blanks();
    if (!skip_value()) return broken();
    return true;
  }

  std::string_view name() const { return name_; }
  std::string_view value() const { return last_; }
  std::string_view text_value() const { return unquoted(last_); }
  bool is_whole() const { return is_whole_; }

 private:
  bool broken() {
    is_broken_ = true;
    return false;
  }

  void skip_blanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
  }

  bool skip_string() {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        ++at_;
        return true;
      }
    }
    return false;
  }

  bool skip_value() {
    const auto start = at_;
    int depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        if (!skip_string()) return false;
        if (depth == 0) break;
        continue;
      }
      const bool closes = c == '}' || c == ']';
      if (depth == 0 && (closes || c == ',')) break;  // behind a number or word
      if (c == '{' || c == '[') ++depth;
      ++at_;
      if (closes && --depth == 0) break;
    }
    last_ = text_.substr(start, at_ - start);
    return depth == 0 && at_ > start && at_ <= text_.size();
  }

  static std::string_view unquoted(std::string_view value) {
    const bool quoted = value.size() >= 2 && value.front() == '"';
    return quoted ? value.substr(1, value.size() - 2) : value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string_view name_;
  std::string_view last_;
  bool is_first_ = true;
  bool is_broken_ = false;
  bool is_whole_ = false;
};

}  // namespace

Result<RowsPage> read_page(std::string body) {
  RowsPage page;
  PageWalk walk(body);
  while (walk.next()) {
    const auto value = walk.value();
    if (walk.name() == "pageToken" || walk.name() == "nextPageToken") {
      page.next = std::string(walk.text_value());
    } else if (walk.name() == "totalRows") {
      const auto text = walk.text_value();
      std::from_chars(text.data(), text.data() + text.size(), page.total_rows);
    } else if (walk.name() == "rows" && value.size() >= 2 && value.front() == '[') {
      page.rows_begin = static_cast<std::size_t>(value.data() - body.data()) + 1;
      page.rows_end = page.rows_begin + value.size() - 2;
    }
  }
  if (!walk.is_whole()) return fail(ErrorCode::Unavailable, "a page of rows was cut short");
  page.body = std::move(body);
  return page;
}

Result<std::optional<RowsPage>> TablePages::next() {
  if (ended_) return std::optional<RowsPage>();
  BigQueryClient::Query query = {{"maxResults", std::to_string(page_rows_)},
                                 {"formatOptions.useInt64Timestamp", "true"}};
  if (!token_.empty()) query.emplace_back("pageToken", token_);
  if (!columns_.empty()) {
    std::string selected;
    for (const auto& column : columns_) selected += (selected.empty() ? "" : ",") + column;
    query.emplace_back("selectedFields", selected);
  }
  const auto request = client_.table_request("GET", table_, "/data", query);
  // An answer that was cut short is asked for again, as one that did not come.
  Patience patience(client_.world(), client_.policy());
  while (true) {
    auto answer = TRY(client_.send(request).within("reading rows of " + table_.shown()));
    auto page = read_page(std::move(answer.body));
    if (page) {
      token_ = page->next;
      ended_ = token_.empty();
      return std::optional(*std::move(page));
    }
    if (patience.after(page.error()) == io::RetryAction::GiveUp) {
      return Failure(Error(page.error()).within("reading rows of " + table_.shown()));
    }
  }
}

}  // namespace weir::google

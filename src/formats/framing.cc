// SPDX-License-Identifier: Apache-2.0
#include "formats/framing.h"

#include <algorithm>
#include <cstring>

namespace weir::formats {

void RecordScanner::scan(std::string_view bytes, bool last) {
  if (framing_.records == Framing::Records::Lines) {
    scan_lines(bytes);
  } else if (framing_.records == Framing::Records::Quoted) {
    scan_quoted(bytes, last);
  } else {
    scan_escaped(bytes, last);
  }
}

void RecordScanner::scan_escaped(std::string_view bytes, bool last) {
  while (at_ < bytes.size()) {
    const char c = bytes[at_];
    const bool pairs = c == '\\' || (quoted_ && c == framing_.quote);
    if (pairs && at_ + 1 == bytes.size() && !last) return;
    if (c == '\\' || (pairs && at_ + 1 < bytes.size() && bytes[at_ + 1] == framing_.quote)) {
      at_ = std::min(at_ + 2, bytes.size());
      field_starts_ = false;
      continue;
    }
    ++at_;
    const bool turns = framing_.quote != '\0' && c == framing_.quote && (quoted_ || field_starts_);
    if (turns) quoted_ = !quoted_;
    field_starts_ = !quoted_ && (c == framing_.delimiter || c == '\n');
    if (c != '\n' || quoted_) continue;
    last_end_ = at_;
    if (first_end_ == 0) first_end_ = at_;
  }
}

void RecordScanner::scan_lines(std::string_view bytes) {
  note_newlines(bytes, at_, bytes.size());
  at_ = bytes.size();
}

void RecordScanner::note_newlines(std::string_view bytes, std::size_t from, std::size_t to) {
  if (from >= to) return;
  const auto* newline = static_cast<const char*>(::memrchr(bytes.data() + from, '\n', to - from));
  if (newline == nullptr) return;
  last_end_ = static_cast<std::size_t>(newline - bytes.data()) + 1;
  if (first_end_ == 0) first_end_ = bytes.find('\n', from) + 1;
}

void RecordScanner::scan_quoted(std::string_view bytes, bool last) {
  while (at_ < bytes.size()) {
    if (quoted_ && !close_quote(bytes, last)) return;
    // A quote opens a field only as its first byte; elsewhere it is an ordinary character.
    const auto from = at_;
    auto quote = bytes.find(framing_.quote, at_);
    while (quote != std::string_view::npos && quote > 0 && bytes[quote - 1] != framing_.delimiter &&
           bytes[quote - 1] != '\n') {
      quote = bytes.find(framing_.quote, quote + 1);
    }
    const auto end = quote == std::string_view::npos ? bytes.size() : quote;
    note_newlines(bytes, from, end);
    quoted_ = quote != std::string_view::npos;
    at_ = quoted_ ? quote + 1 : bytes.size();
  }
}

bool RecordScanner::close_quote(std::string_view bytes, bool last) {
  const bool doubles = framing_.escape == framing_.quote;
  while (at_ < bytes.size()) {
    if (doubles) {
      const auto quote = bytes.find(framing_.quote, at_);
      at_ = quote == std::string_view::npos ? bytes.size() : quote;
    } else {
      while (at_ < bytes.size() && bytes[at_] != framing_.quote && bytes[at_] != framing_.escape) ++at_;
    }
    if (at_ == bytes.size()) return false;
    const bool pair_cut = at_ + 1 == bytes.size() && !last;
    const bool escapes =
        doubles ? at_ + 1 < bytes.size() && bytes[at_ + 1] == framing_.quote : bytes[at_] == framing_.escape;
    if (pair_cut && (doubles || escapes)) return false;
    if (!escapes) {
      ++at_;
      quoted_ = false;
      return true;
    }
    at_ = std::min(at_ + 2, bytes.size());
  }
  return false;
}

}  // namespace weir::formats

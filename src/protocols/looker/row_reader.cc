// SPDX-License-Identifier: Apache-2.0
#include "protocols/looker/row_reader.h"

#include <array>
#include <cstring>

#include "base/text.h"
#include "protocols/looker/api_error.h"
#include "protocols/looker/json_value.h"

namespace weir::looker {
namespace {

constexpr std::size_t kLargestRow = std::size_t{64} << 20U;
constexpr std::string_view kErrorKey = "\"looker_error\"";
/// Only in development mode: rows are missing then, but nothing went wrong.
constexpr std::string_view kNote = "Note: This query contains derived tables";

constexpr std::array<bool, 256> bytes_of(std::string_view text) {
  std::array<bool, 256> table{};
  for (const char c : text) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto kInString = bytes_of("\"\\");
constexpr auto kInRow = bytes_of("\"{}[]");
constexpr auto kBlank = bytes_of(" \t\r\n");

const char* skip_until(const std::array<bool, 256>& wanted, const char* at, const char* end) {
  while (at != end && !wanted[static_cast<unsigned char>(*at)]) ++at;
  return at;
}

std::string_view skip_blanks(std::string_view text) {
  while (!text.empty() && kBlank[static_cast<unsigned char>(text.front())]) text.remove_prefix(1);
  return text;
}

}  // namespace

Result<void> RowReader::take(std::string_view bytes) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  const char* row = at;  // where the row's part of these bytes begins
  while (at != end) {
    if (escaped_) {
      escaped_ = false;
      ++at;
    } else if (in_string_) {
      at = skip_until(kInString, at, end);
      if (at == end) break;
      escaped_ = *at == '\\';
      in_string_ = escaped_;
      ++at;
    } else if (depth_ > 0) {
      at = skip_until(kInRow, at, end);
      if (at == end) break;
      const char c = *at++;
      in_string_ = c == '"';
      if (c == '{' || c == '[') ++depth_;
      if (c != '}' && c != ']') continue;
      if (--depth_ == 0) TRY(finish_row({row, static_cast<std::size_t>(at - row)}));
    } else {
      TRY(outside({at, static_cast<std::size_t>(end - at)}));
      if (depth_ > 0) row = at;
      ++at;
    }
  }
  if (depth_ > 0) begun_.append(row, static_cast<std::size_t>(end - row));
  if (begun_.size() <= kLargestRow) return {};
  return fail(ErrorCode::DataMismatch, "row {} of the answer is larger than {}", rows_ + 1,
              human_bytes(kLargestRow));
}

/// The first byte of `rest` stands between rows.
Result<void> RowReader::outside(std::string_view rest) {
  const char c = rest.front();
  if (kBlank[static_cast<unsigned char>(c)]) return {};
  switch (between_) {
    case Between::Start:
      if (c != '[') return unexpected(rest);
      between_ = Between::FirstOrEnd;
      return {};
    case Between::FirstOrEnd:
    case Between::Row:
      if (c == '{') {
        depth_ = 1;
        return {};
      }
      if (c != ']' || between_ == Between::Row) return unexpected(rest);
      between_ = Between::Nothing;
      return {};
    case Between::CommaOrEnd:
      if (c != ',' && c != ']') return unexpected(rest);
      between_ = c == ',' ? Between::Row : Between::Nothing;
      return {};
    case Between::Nothing:
      break;
  }
  return unexpected(rest);
}

Failure RowReader::unexpected(std::string_view rest) const {
  if (between_ == Between::Start) {
    const auto json = parse_json(std::string(rest));
    const auto message = text_of(json, "message");
    if (!message.empty()) {
      return fail(ErrorCode::DataMismatch, "Looker answered with an error in place of rows: {}", message);
    }
    return fail(ErrorCode::DataMismatch,
                "the answer is no list of rows but {}; check base_url, its port and what stands between here "
                "and Looker",
                describe_foreign(rest));
  }
  return fail(ErrorCode::DataMismatch, "the answer is damaged behind row {}: it goes on with {}", rows_,
              describe_foreign(rest.substr(0, 60)));
}

Result<void> RowReader::finish_row(std::string_view end) {
  between_ = Between::CommaOrEnd;
  if (begun_.empty()) return hand_on(end);
  begun_.append(end);
  auto handed = hand_on(begun_);
  begun_.clear();
  return handed;
}

Result<void> RowReader::hand_on(std::string_view json) {
  if (skip_blanks(json.substr(1)).starts_with(kErrorKey)) {
    const auto error = parse_json(std::string(json));
    if (error.size() == 1) {
      const auto message = text_of(error, "looker_error");
      if (!message.starts_with(kNote)) {
        return fail(ErrorCode::DataMismatch, "Looker answered with an error{}: {}",
                    rows_ == 0 ? "" : fmt::format(" behind row {}", rows_), message);
      }
      notes_.push_back(message);
      return {};
    }
  }
  ++rows_;
  return sink_.row(json);
}

Result<void> RowReader::finish() const {
  if (between_ == Between::Nothing) return {};
  return fail(ErrorCode::Unavailable, "the answer of Looker was cut short behind row {}: its end is missing",
              rows_);
}

namespace {

/// The value that a text begins with.
std::string_view value_at(std::string_view text) {
  if (!text.starts_with('"')) return text.substr(0, text.find_first_of(",} \t\r\n"));
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return text.substr(0, at + 1);
    }
  }
  return {};
}

}  // namespace

std::string_view field_of(std::string_view row, std::string_view quoted_name, std::size_t& hint) {
  auto at = hint < row.size() && row.substr(hint).starts_with(quoted_name) ? hint : row.find(quoted_name);
  for (; at != std::string_view::npos; at = row.find(quoted_name, at + 1)) {
    // A quote inside of a string is escaped, so the name in quotes with a colon is nothing but a key.
    const auto rest = skip_blanks(row.substr(at + quoted_name.size()));
    if (!rest.starts_with(':')) continue;
    hint = at;
    return value_at(skip_blanks(rest.substr(1)));
  }
  return {};
}

}  // namespace weir::looker

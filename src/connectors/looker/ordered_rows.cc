// SPDX-License-Identifier: Apache-2.0
#include "connectors/looker/ordered_rows.h"

#include <charconv>

#include "base/time.h"

namespace weir::looker {

OrderedRows::OrderedRows(const PagingKey& key, RowSink& out)
    : kind_(key.kind), quoted_name_("\"" + key.field + "\""), out_(out) {}

void OrderedRows::begin(Order order) {
  order_ = kind_ == PagingKey::Kind::None ? Order::None : order;
  newest_.reset();
  held_.clear();
  held_ends_.clear();
  overfull_ = false;
  unordered_ = false;
  passed_on_ = false;
}

std::optional<std::int64_t> OrderedRows::value_of(std::string_view json) {
  auto text = field_of(json, quoted_name_, hint_);
  if (kind_ == PagingKey::Kind::Time) {
    if (text.size() < 2 || text.front() != '"') return std::nullopt;
    const auto time = parse_timestamp(text.substr(1, text.size() - 2));
    return time ? std::optional(time->micros) : std::nullopt;
  }
  if (text.starts_with('"')) text = text.substr(1, text.size() - 2);
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

Result<void> OrderedRows::row(std::string_view json) {
  if (order_ == Order::None || unordered_) return pass_on(json);
  const auto value = value_of(json);
  if (!value || (newest_ && *value < *newest_)) {
    unordered_ = true;
    TRY(release());
    return pass_on(json);
  }
  if (!newest_ || *value > *newest_) {
    TRY(release());
    newest_ = value;
    overfull_ = false;
  }
  if (overfull_) return pass_on(json);
  held_.append(json);
  held_ends_.push_back(held_.size());
  if (held_.size() <= kMostHeld) return {};
  overfull_ = true;
  return release();
}

Result<void> OrderedRows::release() {
  std::size_t begin = 0;
  for (const auto end : held_ends_) {
    TRY(pass_on(std::string_view(held_).substr(begin, end - begin)));
    begin = end;
  }
  held_.clear();
  held_ends_.clear();
  return {};
}

Result<void> OrderedRows::pass_on(std::string_view json) {
  passed_on_ = true;
  return out_.row(json);
}

Result<void> OrderedRows::finish() { return release(); }

std::optional<std::int64_t> OrderedRows::resume() {
  const bool can = order_ == Order::ByKey && !unordered_ && !overfull_;
  held_.clear();
  held_ends_.clear();
  return can ? newest_ : std::nullopt;
}

}  // namespace weir::looker

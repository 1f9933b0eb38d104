// SPDX-License-Identifier: Apache-2.0
// Passes on the rows of an answer, but those of the newest key value only when a greater one shows that none
// of them is missing. So an answer that ends too early can be continued, with every row once. Used inside
// this folder only. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connectors/looker/stream.h"
#include "protocols/looker/row_reader.h"

namespace weir::looker {

class OrderedRows final : public RowSink {
 public:
  /// More of one value than this is passed on all the same; the answer cannot be continued there any more.
  static constexpr std::size_t kMostHeld = std::size_t{8} << 20U;

  OrderedRows(const PagingKey& key, RowSink& out);

  Result<void> row(std::string_view json) override;
  bool is_wanted() const override { return out_.is_wanted(); }

  /// Before the next answer: with its rows in the key's order, or in none.
  enum class Order { ByKey, None };
  void begin(Order order);
  /// The answer was whole.
  Result<void> finish();
  /// The answer was not: forgets what was held back and says with which value to go on; nothing when no row
  /// was passed on or held, or when that cannot be done.
  std::optional<std::int64_t> resume();
  /// Rows of this answer that are lost for a continuation, because they were passed on.
  bool has_passed_on() const { return passed_on_; }
  /// Why resume() had nothing to say although rows came.
  bool is_unordered() const { return unordered_; }

 private:
  std::optional<std::int64_t> value_of(std::string_view json);
  Result<void> release();
  Result<void> pass_on(std::string_view json);

  PagingKey::Kind kind_;
  std::string quoted_name_;
  RowSink& out_;
  Order order_ = Order::None;
  std::size_t hint_ = 0;
  std::optional<std::int64_t> newest_;
  std::string held_;
  std::vector<std::size_t> held_ends_;
  bool overfull_ = false;  ///< rows of the newest value were passed on
  bool unordered_ = false;
  bool passed_on_ = false;
};

}  // namespace weir::looker

// SPDX-License-Identifier: Apache-2.0
#include "model/cell_text.h"

#include <gtest/gtest.h>

namespace weir::model {
namespace {

TEST(CellText, shows_a_value_of_every_type) {
  Batch batch(Schema{{{"b", Type::Boolean},
                      {"i", Type::Integer},
                      {"d", Type::Double},
                      {"t", Type::Timestamp},
                      {"day", Type::Date},
                      {"text", Type::Text}}});
  batch.add_row({});
  batch.set_boolean(0, 0, true);
  batch.set_integer(1, 0, -42);
  batch.set_double(2, 0, 0.5);
  batch.set_timestamp(3, 0, *parse_timestamp("2022-01-24T05:06:07Z"));
  batch.set_date(4, 0, *parse_date("2022-01-24"));
  batch.set_text(5, 0, "a b");
  const auto view = batch.view();
  std::string text;
  for (const auto& column : view.columns) text += cell_text(column, 0) + "|";
  EXPECT_EQ(text, "true|-42|0.5|2022-01-24T05:06:07Z|2022-01-24|a b|");
}

}  // namespace
}  // namespace weir::model

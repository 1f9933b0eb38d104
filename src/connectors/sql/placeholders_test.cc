// SPDX-License-Identifier: Apache-2.0
#include "connectors/sql/placeholders.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace weir::sql {
namespace {

std::string bound(std::string_view sql) {
  const auto value = [](std::string_view placeholder) -> Result<std::string> {
    if (placeholder == "{{ name }}") return std::string("O'Hara");
    return fail(ErrorCode::InvalidConfig, "nobody knows {}", placeholder);
  };
  const auto done = bind_placeholders(sql, {value, sql_literal, sql_literal});
  return done ? *done : done.error().to_string();
}

TEST(Placeholders, become_constants_and_never_sql) {
  EXPECT_EQ(bound("SELECT {{ name }}, 'of {{ name }}', 'it''s', {{ name }}"),
            "SELECT 'O''Hara', 'of O''Hara', 'it''s', 'O''Hara'");
  EXPECT_EQ(bound("SELECT 1"), "SELECT 1");
}

TEST(Placeholders, that_mean_nothing_are_told) {
  EXPECT_EQ(bound("SELECT {{ moon }}"), "nobody knows {{ moon }}");
  EXPECT_EQ(bound("SELECT {{ name"), "a placeholder has no end: {{ name");
}

TEST(Names, of_tables_have_another_first_one_when_they_say_so) {
  using Names = std::pair<std::string, std::string>;
  EXPECT_EQ(split_name("history", "looker"), Names("looker", "history"));
  EXPECT_EQ(split_name("other.history", "looker"), Names("other", "history"));
  for (const auto* odd : {".history", "history.", ""})
    EXPECT_EQ(split_name(odd, "looker"), Names("looker", odd));
}

TEST(Queries, lose_what_stands_behind_them) { EXPECT_EQ(bare(" SELECT 1 ; ; \n"), "SELECT 1"); }

}  // namespace
}  // namespace weir::sql

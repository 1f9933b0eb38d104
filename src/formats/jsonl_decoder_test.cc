// SPDX-License-Identifier: Apache-2.0
#include "formats/jsonl_decoder.h"

#include <gtest/gtest.h>

#include "formats/testing.h"

namespace weir::formats {
namespace {

using model::Type;

Decoded decode(std::string_view text, const model::Schema& schema, const std::vector<JsonPath>& paths = {}) {
  return decode_text(*make_jsonl_decoder(schema, paths), schema, text);
}

TEST(JsonLines, fills_columns_of_every_type) {
  const auto out = decode(
      R"({"b": true, "i": -12, "d": 2.5, "t": "héllo", "j": {"a": [1, "x"]}, "ts": "2022-01-24T10:00:00.5Z", "day": "2022-01-24"})"
      "\n",
      {{{"b", Type::Boolean},
        {"i", Type::Integer},
        {"d", Type::Double},
        {"t", Type::Text},
        {"j", Type::Json},
        {"ts", Type::Timestamp},
        {"day", Type::Date}}});
  EXPECT_EQ(out.rows, "true|-12|2.5|héllo|{\"a\": [1, \"x\"]}|2022-01-24T10:00:00.5Z|2022-01-24\n");
  EXPECT_EQ(out.rejects, "");
}

TEST(JsonLines, takes_missing_keys_and_nulls_as_null) {
  EXPECT_EQ(decode("{\"a\": null}\n{}\n", {{{"a", Type::Integer}, {"b", Type::Text}}}).rows,
            "NULL|NULL\nNULL|NULL\n");
}

TEST(JsonLines, takes_numbers_written_as_strings_as_numbers) {
  EXPECT_EQ(decode(R"({"i": "123", "d": "0.5", "b": "true", "t": 7, "u": false})", {{{"i", Type::Integer},
                                                                                     {"d", Type::Double},
                                                                                     {"b", Type::Boolean},
                                                                                     {"t", Type::Text},
                                                                                     {"u", Type::Text}}})
                .rows,
            "123|0.5|true|7|false\n");
}

TEST(JsonLines, undoes_escapes_and_keeps_json_as_written) {
  EXPECT_EQ(decode(R"({"t": "a\"b\\\/\n\u00e9\ud83d\ude00", "j": "x\ty", "\u006b": 1})",
                   {{{"t", Type::Text}, {"j", Type::Json}, {"k", Type::Integer}}})
                .rows,
            "a\"b\\/\né😀|\"x\\ty\"|1\n");
}

TEST(JsonLines, lets_the_last_of_a_repeated_key_count) {
  EXPECT_EQ(decode(R"({"a": 1, "a": 2, "b": 1, "b": null, "c": {"x": 1}, "c": {"y": 2}})",
                   {{{"a", Type::Integer}, {"b", Type::Integer}, {"x", Type::Integer}, {"y", Type::Integer}}},
                   {{"a"}, {"b"}, {"c", "x"}, {"c", "y"}})
                .rows,
            "2|NULL|NULL|2\n");
}

TEST(JsonLines, reads_nested_fields_by_path) {
  const model::Schema schema{
      {{"ip", Type::Text}, {"whole", Type::Json}, {"deep", Type::Integer}, {"status", Type::Integer}}};
  const std::vector<JsonPath> paths = {
      {"http", "remoteIp"}, {"http"}, {"http", "a", "b"}, {"http", "status"}};
  EXPECT_EQ(decode("{\"http\": {\"status\": 200, \"a\": {\"b\": 3}, \"remoteIp\": \"8.8.8.8\"} , \"x\": 1}\n"
                   "{\"http\": null}\n{\"http\": {\"a\": null}}\n",
                   schema, paths)
                .rows,
            "8.8.8.8|{\"status\": 200, \"a\": {\"b\": 3}, \"remoteIp\": \"8.8.8.8\"}|3|200\n"
            "NULL|NULL|NULL|NULL\nNULL|{\"a\": null}|NULL|NULL\n");
  EXPECT_EQ(decode("{\"http\": \"not an object\"}\n", schema, paths).rejects,
            "1: field http: \"not an object\" is not an object\n");
}

TEST(JsonLines, refuses_values_that_do_not_fit_and_says_why) {
  const model::Schema schema{{{"timestamp", Type::Timestamp}, {"n", Type::Integer}, {"f", Type::Boolean}}};
  EXPECT_EQ(decode("{\"timestamp\": \"yesterday at noon\"}\n{\"timestamp\": 5}\n{\"n\": 1.5}\n{\"n\": [1]}\n"
                   "{\"n\": 9223372036854775808}\n{\"f\": 1}\n{\"n\": 3.0}\n",
                   schema)
                .rejects,
            "1: column timestamp: \"yesterday at noon\" is not a timestamp (expected ISO 8601)\n"
            "2: column timestamp: 5 is not a timestamp (expected ISO 8601)\n"
            "3: column n: 1.5 is not an integer of 64 bits\n"
            "4: column n: \"[1]\" is not an integer of 64 bits\n"
            "5: column n: 9223372036854775808 is not an integer of 64 bits\n"
            "6: column f: 1 is not a boolean (expected true or false)\n");
}

TEST(JsonLines, refuses_damaged_lines_one_by_one) {
  const model::Schema schema{{{"a", Type::Text}}};
  const auto out = decode(
      "{\"a\": \"cut sho\n{\"a\": \"one\"}\n[1]\n{\"a\": \"x\"} {}\n{\"a\": tru}\n{\"a\" \"b\"}\n{\"b\": "
      "{\"c\" 1}}\n"
      "{\"a\": \"\xff\"}\n{\"a\": \"\\ud800\"}\n{\"a\": \"x\",}\n{\"b\": 01}\n{\"b\": [1 2]}\nnull\n{\"a\": "
      "\"two\"}\n{\"a\"",
      schema);
  EXPECT_EQ(out.rows, "one\ntwo\n");
  EXPECT_EQ(out.rejects,
            "1: not JSON: a string is not closed; the line may be cut short\n"
            "3: not a JSON object\n"
            "4: not JSON: something follows the value at byte 12\n"
            "5: not JSON: expected a value at byte 7\n"
            "6: not JSON: expected a colon at byte 6\n"
            "7: not JSON: expected a colon at byte 12\n"
            "8: not valid UTF-8\n"
            "9: column a: a string has an invalid escape or half a surrogate pair\n"
            "10: not JSON: expected a key at byte 11\n"
            "11: not JSON: expected a value at byte 7\n"
            "12: not JSON: expected , or ] at byte 10\n"
            "13: not a JSON object\n"
            "15: not JSON: the line ends where a colon is expected\n");
}

TEST(JsonLines, skips_empty_lines_and_knows_the_line_and_offset_of_each_row) {
  const model::Schema schema{{{"a", Type::Integer}}};
  const auto out = decode("\r\n{\"a\":1}\r\n\n  \n{\"a\":2}", schema);
  EXPECT_EQ(out.rows, "1\n2\n");
  EXPECT_EQ(out.origins, "2@2+7 5@15+7 ");
}

TEST(JsonLines, counts_fields_that_are_no_columns) {
  const model::Schema schema{{{"a", Type::Integer}, {"h", Type::Text}}};
  const auto decoder = make_jsonl_decoder(schema, {{"a"}, {"h", "x"}});
  decode_text(*decoder, schema, "{\"b\":1,\"a\":1}\n{\"a\":1,\"h\":{\"q\":1}}\n{\"a\":2,\"b\":{\"c\":1}}\n");
  EXPECT_EQ(decoder->warnings(),
            (std::vector<std::string>{"2 rows have the field \"b\", which is not a column",
                                      "1 row has the field \"h.q\", which is not a column"}));
}

TEST(JsonLines, survives_every_prefix_and_every_changed_byte_of_a_line) {
  const model::Schema schema{{{"a", Type::Text}, {"b", Type::Json}, {"c", Type::Integer}}};
  const std::string line = R"({"a": "x\u0041y", "b": {"k": [1, {"z": null}]}, "c": -12, "d": [true, 1.5e3]})";
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto out = decode(line.substr(0, i), schema);
    EXPECT_EQ(out.rows, "") << i;
    for (const char c : std::string("\"\\{}[],:0\x01\xff")) {
      auto changed = line;
      changed[i] = c;
      const auto result = decode(changed + "\n" + line, schema);
      EXPECT_TRUE(result.rows.ends_with("xAy|{\"k\": [1, {\"z\": null}]}|-12\n")) << changed;
    }
  }
}

}  // namespace
}  // namespace weir::formats

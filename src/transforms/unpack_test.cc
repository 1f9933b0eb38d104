// SPDX-License-Identifier: Apache-2.0
#include "transforms/json_fields.h"
#include "transforms/testing.h"

namespace weir::transforms::testing {
namespace {

using model::Type;

struct UnpackTest : ::testing::Test {
  Pipeline pipeline;
  void SetUp() override { pipeline.column("http_request", Type::Json); }

  /// The columns that one object gives.
  std::string fields(const Cell& object, std::vector<std::pair<std::string, std::string>> wanted) {
    pipeline.rows = {{object}};
    pipeline.transforms = {{Unpack{"http_request", std::move(wanted), "", false}, {}}};
    return pipeline.result();
  }
};

TEST_F(UnpackTest, makes_columns_of_the_types_that_are_named) {
  EXPECT_EQ(fields(R"({"requestUrl": "https://h/x", "status": 200, "requestSize": "812", "latency": 0.5,
                       "cacheHit": true, "at": "2022-01-24T10:00:00Z", "day": "2022-01-24", "tags": ["a", {"b": 1}]})",
                   {{"request_url", "text"},
                    {"status", "integer"},
                    {"request_size", "integer"},
                    {"latency", "double"},
                    {"cache_hit", "boolean"},
                    {"at", "timestamp"},
                    {"day", "date"},
                    {"tags", "json"}}),
            "https://h/x|200|812|0.5|true|2022-01-24T10:00:00Z|2022-01-24|[\"a\", {\"b\": 1}]\n");
}

TEST_F(UnpackTest, E6_ignores_keys_that_nobody_named) {
  EXPECT_EQ(fields(R"({"new": {"deep": [1, {"x": "}"}]}, "status": 200, "other\"key": null})",
                   {{"status", "integer"}}),
            "200\n");
}

TEST_F(UnpackTest, E21_finds_keys_whose_acronyms_are_spelled_in_capitals) {
  EXPECT_EQ(fields(R"({"remoteIP": "8.8.8.8"})", {{"remote_ip", "text"}}), "8.8.8.8\n");
}

TEST_F(UnpackTest, gives_null_for_absent_and_null_fields_and_for_null_objects) {
  EXPECT_EQ(fields(R"({"a": null})", {{"a", "text"}, {"b", "integer"}}), "NULL|NULL\n");
  EXPECT_EQ(fields(kNull, {{"a", "text"}}), "NULL\n");
  EXPECT_EQ(fields(" null ", {{"a", "text"}}), "NULL\n");
  EXPECT_EQ(fields("{}", {{"a", "text"}}), "NULL\n");
}

TEST_F(UnpackTest, reads_escapes_and_keeps_text_of_other_kinds_as_written) {
  EXPECT_EQ(fields(R"({"\u0061": "x\ny \u00e9 \ud83d\ude00", "b": 1.10, "c": {"d": [1]}, "e": false})",
                   {{"a", "text"}, {"b", "text"}, {"c", "text"}, {"e", "text"}}),
            "x\ny é 😀|1.10|{\"d\": [1]}|false\n");
}

TEST_F(UnpackTest, refuses_what_is_no_object) {
  EXPECT_EQ(fields("\"not an object\"", {{"a", "text"}}),
            "refused 0: unpack: http_request holds \"not an object\", not a JSON object\n");
  EXPECT_EQ(fields("[1]", {{"a", "text"}}),
            "refused 0: unpack: http_request holds \"[1]\", not a JSON object\n");
}

TEST_F(UnpackTest, refuses_damaged_json) {
  for (const auto* text : {"{\"a\": 1", "{\"a\" 1}", "{\"a\": 1} x", "{\"a\": tru}", "{\"a\": 01}", "",
                           "{\"a\": \"\\ud800\"}", "nul", "{\"b\": [1}", "{,}", "not an object"}) {
    const auto result = fields(text, {{"a", "text"}});
    EXPECT_EQ(result, fmt::format("refused 0: unpack: http_request holds {}, which is not valid JSON\n",
                                  quoted(text)));
  }
}

TEST_F(UnpackTest, refuses_values_of_another_type) {
  EXPECT_EQ(fields(R"({"status": "ok"})", {{"status", "integer"}}),
            "refused 0: unpack: http_request.status: \"ok\" is not of type integer\n");
  EXPECT_EQ(fields(R"({"status": {"code": 1}})", {{"status", "integer"}}),
            "refused 0: unpack: http_request.status: \"{\"code\": 1}\" is not of type integer\n");
}

TEST_F(UnpackTest, takes_the_last_of_two_equal_keys) {
  EXPECT_EQ(fields(R"({"a": 1, "a": 2})", {{"a", "integer"}}), "2\n");
}

TEST_F(UnpackTest, may_set_a_prefix_and_keep_the_object) {
  pipeline.then(Unpack{"http_request", {{"status", "integer"}}, "http_", true});
  EXPECT_EQ(pipeline.schema(), "http_request json, http_status integer");
}

TEST_F(UnpackTest, refuses_names_that_are_taken) {
  pipeline.column("status").then(Unpack{"http_request", {{"status", "integer"}}, "", true});
  EXPECT_NE(pipeline.problem().find("two columns would be called 'status'"), std::string::npos);
}

TEST_F(UnpackTest, takes_the_fields_from_a_sample_of_the_input_when_none_are_named) {
  pipeline.context.input.columns[0].name = "httpRequest";
  pipeline.context.sample = [](const std::string& column) {
    EXPECT_EQ(column, "httpRequest");
    return std::vector<std::string>{R"({"requestUrl": "x", "status": 200, "latency": 1})", "7",
                                    R"({"status": null, "latency": 0.5, "cacheHit": true})"};
  };
  pipeline.then(SnakeCase{}).then(Unpack{"http_request", {}, "", false});
  EXPECT_EQ(pipeline.schema(), "request_url text, status integer, latency double, cache_hit boolean");
}

TEST_F(UnpackTest, without_fields_and_sample_says_what_to_do_and_nothing_more) {
  pipeline.then(Unpack{"http_request", {}, "", false}).then(Drop{{"cache_hit"}, false});
  const auto problem = pipeline.problem();
  EXPECT_NE(problem.find("name them in `fields`"), std::string::npos) << problem;
  EXPECT_EQ(problem.find("cache_hit"), std::string::npos) << "later columns cannot be known";
}

TEST(JsonFields, have_the_narrowest_type_that_holds_all_values) {
  const auto schema = fields_of({R"({"a": 1, "b": "x", "c": [1], "d": null, "e": true})",
                                 R"({"a": 1.5, "b": 2, "c": "y", "e": "z", "aB": 18446744073709551615})"});
  EXPECT_EQ(model::to_string(schema), "a double, b text, c json, d text, e text, a_b double");
}

}  // namespace
}  // namespace weir::transforms::testing

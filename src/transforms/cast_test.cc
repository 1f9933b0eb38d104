// SPDX-License-Identifier: Apache-2.0
#include "transforms/testing.h"

namespace weir::transforms::testing {
namespace {

using model::Type;

/// The result of casting one column of some texts.
std::string cast(const std::vector<Cell>& values, CastColumn options, Type from = Type::Text) {
  Pipeline pipeline;
  pipeline.column("c", from);
  for (const auto& value : values) pipeline.row({value});
  options.column = "c";
  return pipeline.then(Cast{{options}}).result();
}

TEST(Cast, refuses_the_row_with_value_and_wanted_type) {
  EXPECT_EQ(cast({"2022-01-24T10:00:00.5Z", "yesterday at noon", kNull}, {.type = "timestamp"}),
            "2022-01-24T10:00:00.5Z\nNULL\n"
            "refused 1: cast: column c: \"yesterday at noon\" is not of type timestamp\n");
}

TEST(Cast, gives_null_instead_when_asked_to) {
  EXPECT_EQ(cast({"1", "x"}, {.type = "integer", .on_error = OnError::Null}), "1\nNULL\n");
}

TEST(Cast, rounds_nothing_away) {
  EXPECT_EQ(cast({"12.0", "1.7", "9223372036854775807", "9223372036854775808"}, {.type = "integer"}),
            "12\n9223372036854775807\nrefused 1: cast: column c: \"1.7\" is not of type integer\n"
            "refused 3: cast: column c: \"9223372036854775808\" is not of type integer\n");
  EXPECT_EQ(cast({"2", "2.5", "1e300"}, {.type = "integer"}, Type::Double),
            "2\nrefused 1: cast: column c: \"2.5\" is not of type integer\n"
            "refused 2: cast: column c: \"1e+300\" is not of type integer\n");
}

TEST(Cast, reads_numbers_flags_and_days_strictly) {
  EXPECT_EQ(cast({"1.5", "-2e3", "nan", " 1"}, {.type = "double", .on_error = OnError::Null}),
            "1.5\n-2000\nNULL\nNULL\n");
  EXPECT_EQ(cast({"true", "0", "YES", "maybe"}, {.type = "boolean", .on_error = OnError::Null}),
            "true\nfalse\ntrue\nNULL\n");
  EXPECT_EQ(cast({"2022-02-28", "2022-02-30"}, {.type = "date", .on_error = OnError::Null}),
            "2022-02-28\nNULL\n");
}

TEST(Cast, D_29_a_fraction_of_a_second_may_be_missing_or_have_one_to_six_digits) {
  EXPECT_EQ(cast({"2024-05-13 09:15:22.125", "2024-05-13 09:15:22", "2024-05-13 09:15:22.000001",
                  "2024-05-13 09:15:22.5", "2024-05-13 09:15", "2024-02-30 00:00:00.0"},
                 {.type = "timestamp", .format = "%Y-%m-%d %H:%M:%S.%f"}),
            "2024-05-13T09:15:22.125Z\n2024-05-13T09:15:22Z\n2024-05-13T09:15:22.000001Z\n"
            "2024-05-13T09:15:22.5Z\n"
            "refused 4: cast: column c: \"2024-05-13 09:15\" is not of type timestamp\n"
            "refused 5: cast: column c: \"2024-02-30 00:00:00.0\" is not of type timestamp\n");
}

TEST(Cast, reads_times_since_the_epoch) {
  EXPECT_EQ(cast({"1643000000"}, {.type = "timestamp", .format = "epoch_s"}, Type::Integer),
            "2022-01-24T04:53:20Z\n");
  EXPECT_EQ(cast({"1643000000.25", "x"}, {.type = "timestamp", .format = "epoch_s"}),
            "2022-01-24T04:53:20.25Z\nrefused 1: cast: column c: \"x\" is not of type timestamp\n");
  EXPECT_EQ(cast({"1643000000001"}, {.type = "timestamp", .format = "epoch_ms"}, Type::Integer),
            "2022-01-24T04:53:20.001Z\n");
  EXPECT_EQ(cast({"1643000000000001", "9223372036854775807"}, {.type = "timestamp", .format = "epoch_us"},
                 Type::Integer)
                .substr(0, 28),
            "2022-01-24T04:53:20.000001Z\n");
  EXPECT_EQ(cast({"9223372036854775807"}, {.type = "timestamp", .format = "epoch_s"}, Type::Integer),
            "refused 0: cast: column c: \"9223372036854775807\" is not of type timestamp\n");
}

TEST(Cast, reads_patterns_and_zones) {
  EXPECT_EQ(cast({"24/01/2022 10:00", "2022"}, {.type = "timestamp", .format = "%d/%m/%Y %H:%M"}),
            "2022-01-24T10:00:00Z\nrefused 1: cast: column c: \"2022\" is not of type timestamp\n");
  EXPECT_EQ(cast({"24/Jan/2022:10:00:00 +0200"}, {.type = "timestamp", .format = "%d/%b/%Y:%H:%M:%S %z"}),
            "2022-01-24T08:00:00Z\n");
  EXPECT_EQ(cast({"24.01.2022 10:00"},
                 {.type = "timestamp", .format = "%d.%m.%Y %H:%M", .timezone = "America/Vancouver"}),
            "2022-01-24T18:00:00Z\n");
}

TEST(Cast, moves_only_times_that_name_no_zone) {
  EXPECT_EQ(cast({"2022-07-01 10:00:00", "2022-07-01T10:00:00Z", "2022-07-01T10:00:00+02:00", "2022-07-01"},
                 {.type = "timestamp", .timezone = "America/Vancouver"}),
            "2022-07-01T17:00:00Z\n2022-07-01T10:00:00Z\n2022-07-01T08:00:00Z\n2022-07-01T07:00:00Z\n");
}

TEST(Cast, refuses_a_local_time_that_the_clock_jumped_over) {
  EXPECT_EQ(
      cast({"2024-03-10 01:59:59.999999", "2024-03-10 02:30", "2024-03-10 03:00", "2024-03-10 02:30Z"},
           {.type = "timestamp", .timezone = "America/Vancouver"}),
      "2024-03-10T09:59:59.999999Z\n2024-03-10T10:00:00Z\n2024-03-10T02:30:00Z\n"
      "refused 1: cast: column c: \"2024-03-10 02:30\" does not exist in America/Vancouver: the clock was "
      "set forward past it\n");
  EXPECT_EQ(
      cast({"10.03.2024 02:30", "x"},
           {.type = "timestamp", .format = "%d.%m.%Y %H:%M", .timezone = "America/Vancouver"}),
      "refused 0: cast: column c: \"10.03.2024 02:30\" does not exist in America/Vancouver: the clock was "
      "set forward past it\nrefused 1: cast: column c: \"x\" is not of type timestamp\n");
  EXPECT_EQ(
      cast({"2024-03-10T02:30:00Z"}, {.type = "timestamp", .timezone = "America/Vancouver"}, Type::Timestamp),
      "refused 0: cast: column c: \"2024-03-10 02:30:00\" does not exist in America/Vancouver: the clock "
      "was set forward past it\n");
  EXPECT_EQ(cast({"2024-03-10 02:30"},
                 {.type = "timestamp", .timezone = "America/Vancouver", .on_error = OnError::Null}),
            "NULL\n");
}

TEST(Cast, takes_the_first_of_two_instants) {
  EXPECT_EQ(cast({"2024-11-03 00:59", "2024-11-03 01:30", "2024-11-03 02:00"},
                 {.type = "timestamp", .timezone = "America/Vancouver"}),
            "2024-11-03T07:59:00Z\n2024-11-03T08:30:00Z\n2024-11-03T10:00:00Z\n");
}

TEST(Cast, begins_a_day_without_midnight_at_the_jump) {
  EXPECT_EQ(
      cast({"2018-11-04", "2018-11-05"}, {.type = "timestamp", .timezone = "America/Sao_Paulo"}, Type::Date),
      "2018-11-04T03:00:00Z\n2018-11-05T02:00:00Z\n");
}

TEST(Cast, reads_durations_in_seconds) {
  EXPECT_EQ(cast({"0.042000s", "250ms", "3", "soon"},
                 {.type = "double", .format = "duration", .on_error = OnError::Null}),
            "0.042\n0.25\n3\nNULL\n");
}

TEST(Cast, checks_json_and_bytes) {
  EXPECT_EQ(cast({"{\"a\": 1}", "{"}, {.type = "json"}),
            "{\"a\": 1}\nrefused 1: cast: column c: \"{\" is not of type json\n");
  EXPECT_EQ(cast({"abc"}, {.type = "text"}, Type::Json), "abc\n");
  EXPECT_EQ(cast({"abc", "\xff"}, {.type = "text", .on_error = OnError::Null}, Type::Blob), "abc\nNULL\n");
}

TEST(Cast, writes_times_in_a_pattern) {
  EXPECT_EQ(cast({"2022-01-24T10:00:00Z"}, {.type = "text", .format = "%d.%m.%Y"}, Type::Timestamp),
            "24.01.2022\n");
}

TEST(Cast, explains_what_it_cannot_do) {
  EXPECT_NE(cast({}, {.type = "timestmap"}).find("did you mean 'timestamp'"), std::string::npos);
  EXPECT_NE(cast({}, {.type = "timestamp"}, Type::Integer).find("epoch_s, epoch_ms or epoch_us"),
            std::string::npos);
  EXPECT_NE(cast({}, {.type = "boolean"}, Type::Timestamp).find("timestamp cannot become boolean"),
            std::string::npos);
  EXPECT_NE(cast({}, {.type = "timestamp", .timezone = "America/Vancouva"}).find("America/Vancouva"),
            std::string::npos);
  EXPECT_NE(cast({}, {.type = "timestamp", .format = "%Q"}).find("%Q"), std::string::npos);
  EXPECT_NE(cast({}, {.type = "timestamp", .format = "iso"}).find("format 'iso' is neither"),
            std::string::npos);
}

TEST(Cast, cuts_long_values_in_its_reasons) {
  const auto text = cast({std::string(500, 'x')}, {.type = "integer"});
  EXPECT_NE(text.find(std::string(60, 'x') + "…\""), std::string::npos) << text;
  EXPECT_LT(text.size(), 200U);
}

}  // namespace
}  // namespace weir::transforms::testing

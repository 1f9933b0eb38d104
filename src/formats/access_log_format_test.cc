// SPDX-License-Identifier: Apache-2.0
#include "formats/access_log_format.h"

#include <gtest/gtest.h>

#include "formats/log_line.h"
#include "formats/testing.h"

namespace weir::formats {
namespace {

Decoded decode(std::string_view text, const model::Schema& declared = {}) {
  ReadOptions options;
  options.columns = declared;
  const auto schema = infer_access_log({}, {}, options);
  return decode_text(**decode_access_log(*schema, {}, {}, options), *schema, text);
}

TEST(AccessLog, reads_the_combined_format) {
  EXPECT_EQ(
      decode("192.0.2.7 - - [17/May/2015:10:05:03 +0000] \"GET /a/b.png?x=1 HTTP/1.1\" 200 203023 "
             "\"http://example.org/\" \"Mozilla/5.0 (X11; Linux)\"\n")
          .rows,
      "192.0.2.7|NULL|NULL|2015-05-17T10:05:03Z|GET|/a/b.png?x=1|HTTP/1.1|200|203023|http://example.org/|"
      "Mozilla/5.0 (X11; Linux)\n");
}

TEST(AccessLog, reads_the_common_format_and_ignores_further_fields) {
  EXPECT_EQ(decode("2001:db8::1 id ann lee [17/May/2015:10:05:03 -0730] \"POST / HTTP/2.0\" 404 -\r\n"
                   "h - - [17/May/2015:00:05:03 +0200] \"GET / HTTP/1.0\" 200 1 \"-\" \"ua\" \"extra \\\" "
                   "one\" 0.003\n")
                .rows,
            "2001:db8::1|id|ann lee|2015-05-17T17:35:03Z|POST|/|HTTP/2.0|404|NULL|NULL|NULL\n"
            "h|NULL|NULL|2015-05-16T22:05:03Z|GET|/|HTTP/1.0|200|1|NULL|ua\n");
}

TEST(AccessLog, keeps_requests_that_are_none) {
  const auto line = [](std::string_view request) {
    return "h - - [17/May/2015:10:05:03 +0000] \"" + std::string(request) + "\" 400 0 \"-\" \"-\"\n";
  };
  EXPECT_EQ(decode(line("-") + line("") + line("\\x16\\x03\\x01\\x00") + line("GET /old") +
                   line("GET /a b HTTP/1.1") + line("get /") + line("OPTIONS * HTTP/1.0"))
                .rows,
            "h|NULL|NULL|2015-05-17T10:05:03Z|NULL|NULL|NULL|400|0|NULL|NULL\n"
            "h|NULL|NULL|2015-05-17T10:05:03Z|NULL|NULL|NULL|400|0|NULL|NULL\n"
            "h|NULL|NULL|2015-05-17T10:05:03Z|NULL|\\x16\\x03\\x01\\x00|NULL|400|0|NULL|NULL\n"
            "h|NULL|NULL|2015-05-17T10:05:03Z|GET|/old|NULL|400|0|NULL|NULL\n"
            "h|NULL|NULL|2015-05-17T10:05:03Z|GET|/a b|HTTP/1.1|400|0|NULL|NULL\n"
            "h|NULL|NULL|2015-05-17T10:05:03Z|NULL|get /|NULL|400|0|NULL|NULL\n"
            "h|NULL|NULL|2015-05-17T10:05:03Z|OPTIONS|*|HTTP/1.0|400|0|NULL|NULL\n");
}

TEST(AccessLog, undoes_escapes_in_quoted_fields_and_always_gives_utf8) {
  EXPECT_EQ(decode("h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 0 \"\\x22q\\\" \\xc3\\xa9\" "
                   "\"bad \\xff\"\n"
                   "h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 0 \"raw \xff\xc3\xa9\" "
                   "\"un\"quoted\" end\"\n")
                .rows,
            "h|NULL|NULL|2015-05-17T10:05:03Z|GET|/|HTTP/1.1|200|0|\"q\" é|bad \\xff\n"
            "h|NULL|NULL|2015-05-17T10:05:03Z|GET|/|HTTP/1.1|200|0|raw \\xffé|un\"quoted\n");
}

TEST(AccessLog, refuses_lines_that_are_none_and_says_where_they_end) {
  EXPECT_EQ(decode("hello\nh - - [yesterday] \"GET / HTTP/1.1\" 200 0\nh - - [17/May/2015:10:05:03 +0000] "
                   "\"GET / HTT\n"
                   "h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" OK 0\n"
                   "h - - [31/Feb/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 0\n"
                   "h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 0 \"-\" \"cut\n")
                .rejects,
            "1: field 2: expected remote_identity\n"
            "2: column timestamp: \"yesterday\" is not a time (expected 17/May/2015:10:05:03 +0000)\n"
            "3: field 5: expected request in quotes that are closed\n"
            "4: column status: \"OK\" is not an integer of 64 bits\n"
            "5: column timestamp: \"31/Feb/2015:10:05:03 +0000\" is not a time (expected "
            "17/May/2015:10:05:03 +0000)\n"
            "6: field 9: expected user_agent in quotes that are closed\n");
}

TEST(AccessLog, lets_declared_types_win_and_refuses_columns_that_it_does_not_have) {
  EXPECT_EQ(decode("h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 0\n",
                   {{{"status", model::Type::Text}}})
                .rows,
            "h|NULL|NULL|2015-05-17T10:05:03Z|GET|/|HTTP/1.1|200|0|NULL|NULL\n");
  ReadOptions options;
  options.columns = {{{"ip", model::Type::Text}}};
  EXPECT_EQ(infer_access_log({}, {}, options).error().message(),
            "access_log has no column ip; it has remote_ip, remote_identity, remote_user, timestamp, "
            "request_method, "
            "request_target, protocol, status, response_bytes, referer, user_agent");
}

TEST(S3AccessLog, reads_the_documented_fields_and_tolerates_newer_ones) {
  const ReadOptions options;
  const auto schema = infer_s3_access_log({}, {}, options);
  ASSERT_EQ(schema->size(), 26U);
  const std::string line =
      "0123ownerid example-bucket [13/May/2024:04:12:09 +0000] 192.0.2.3 - 3E57 REST.GET.OBJECT "
      "v1/a%20b.parquet "
      "\"GET /v1/a%20b.parquet HTTP/1.1\" 206 - 1048576 4194304 71 20 \"https://docs.example.org/\" "
      "\"client/2.31\" - "
      "host= - TLS_AES - example.s3.amazonaws.com TLSv1.3 - -";
  const std::string row =
      "0123ownerid|example-bucket|2024-05-13T04:12:09Z|192.0.2.3|NULL|3E57|REST.GET.OBJECT|v1/a%20b.parquet|"
      "GET /v1/a%20b.parquet "
      "HTTP/1.1|206|NULL|1048576|4194304|71|20|https://docs.example.org/|client/2.31|NULL|"
      "host=|NULL|TLS_AES|NULL|example.s3.amazonaws.com|TLSv1.3|NULL|NULL\n";
  const auto decoder = decode_s3_access_log(*schema, {}, {}, options);
  EXPECT_EQ(decode_text(**decoder, *schema, line + "\n" + line + " us-west-2 later\n").rows, row + row);
}

TEST(LogLine, moves_times_to_utc_over_day_and_year_ends) {
  EXPECT_EQ(to_string(*parse_log_time("31/Dec/2021:23:30:00 -0100")), "2022-01-01T00:30:00Z");
  EXPECT_EQ(to_string(*parse_log_time("30/Jun/2015:23:59:60 +0000")), "2015-07-01T00:00:00Z");
  EXPECT_FALSE(parse_log_time("31/Dec/2021:24:30:00 -0100"));
  EXPECT_FALSE(parse_log_time("31/dec/2021:23:30:00 -0100"));
}

}  // namespace
}  // namespace weir::formats

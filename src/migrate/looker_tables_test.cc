// SPDX-License-Identifier: Apache-2.0
#include "migrate/looker_tables.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "migrate/original_text.h"

namespace weir::migrate {
namespace {

constexpr std::string_view kFile =
    R"({"bucket":"example-bucket","source":"client","destination":"processed","directory":"/looker_dashboards/"})";

std::string problems(std::string_view text) {
  config::Diagnostics diagnostics;
  const auto job = read_looker_tables(text, "looker.json", diagnostics);
  EXPECT_EQ(job.has_value(), diagnostics.ok());
  return diagnostics.to_string();
}

TEST(LookerTables, are_told_from_other_files_by_their_keys) {
  EXPECT_EQ(kind_of(kFile), OriginalKind::LookerTables);
  EXPECT_EQ(kind_of(R"({"bucket":"b","source":"c","directory":"d","doc":"x","dbtable":"t"})"),
            OriginalKind::Objects);
  EXPECT_EQ(kind_of(R"({"bucket":"b","source":"c","directory":"d","doc":"x","files":{}})"),
            OriginalKind::Archives);
  EXPECT_EQ(kind_of("no JSON {"), OriginalKind::Archives);
}

TEST(LookerTables, have_the_keys_that_the_loader_looks_for) {
  config::Diagnostics diagnostics;
  const auto job = read_looker_tables(kFile, "etc/looker.json", diagnostics);
  ASSERT_TRUE(job) << diagnostics.to_string();
  EXPECT_EQ(job->name, "looker");
  EXPECT_EQ(join(job->keys("2024-05-13"), " "),
            "client/looker_dashboards/dashboard.2024-05-13 client/looker_dashboards/history.2024-05-13 "
            "client/looker_dashboards/user.2024-05-13 client/looker_dashboards/looker_user_facts.2024-05-13");
}

TEST(LookerTables, X_3_every_problem_is_named_with_its_place) {
  const auto all = problems(R"({"bucket":"","source":"client",
  "mask": {"e-mail": "redact", "email": "hide"}, "surplus": 1})");
  for (const auto* expected :
       {"looker.json:1:11: bucket is empty", "directory", "the table user has no column e-mail",
        "hidden by redact or hmac or keep_domain", "the key 'surplus' means nothing"})
    EXPECT_NE(all.find(expected), std::string::npos) << expected << "\n" << all;
}

TEST(LookerTables, A_9_X_9_the_zone_and_the_server_are_stated_in_the_project) {
  config::Diagnostics diagnostics;
  const auto job = read_looker_tables(kFile, "looker.json", diagnostics);
  LookerServer server;
  server.host = "db.example.org";
  server.user = "o'reader";
  server.zone = "America/Vancouver";
  const auto project = write_project(*job, server, "2024-05-13");
  const auto& yaml = project.pipeline_yaml;
  EXPECT_NE(yaml.find("partitions: { every: day, timezone: \"America/Vancouver\", from: 2024-05-13 }"),
            std::string::npos)
      << yaml;
  EXPECT_NE(
      project.weir_yaml.find("host: \"db.example.org\"\n    port: 3306\n    database: \"looker\"\n    user: "
                             "\"o'reader\"\n    password: \"env:lookerpass\""),
      std::string::npos)
      << project.weir_yaml;
  EXPECT_NE(join(project.decisions, "\n").find("A day is one of the zone America/Vancouver"),
            std::string::npos);
}

}  // namespace
}  // namespace weir::migrate

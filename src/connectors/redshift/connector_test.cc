// SPDX-License-Identifier: Apache-2.0
// Options as people write them, and what is said when they are wrong.
#include "connectors/redshift/connector.h"

#include <gtest/gtest.h>

#include <map>

namespace weir::redshift {
namespace {

class NoClock final : public io::Clock {
 public:
  Timestamp now() const override { return {}; }
};

/// What the connector says about a connection, beside connections of other types.
std::string problems(const std::string& connection, const std::string& destination = "{}") {
  config::Diagnostics diagnostics;
  const auto parsed = [&](const std::string& yaml) {
    return *config::parse_yaml(yaml, "weir.yaml", diagnostics);
  };
  const std::map<std::string, config::Node> others = {
      {"lake", parsed("{type: s3, bucket: acme}")},
      {"files", parsed("{type: files, folder: logs}")},
      {"typo", parsed("{type: s3, bucket: acme, reegion: x}")},
  };
  sdk::ConnectorNodes nodes{parsed(connection), parsed(destination), {}, [&](const std::string& name) {
                              const auto found = others.find(name);
                              return found == others.end() ? std::nullopt : std::optional(found->second);
                            }};
  const io::FixedEnvironment environment({});
  const NoClock clock;
  io::SystemSleeper sleeper;
  const sdk::ConnectorContext context{
      ".", environment, clock, sleeper,
      [] { return Result<io::HttpClient*>(fail(ErrorCode::Internal, "not asked for")); }};
  const auto made = connector().make_destination(context, nodes, diagnostics);
  EXPECT_TRUE(made.ok());
  EXPECT_EQ(*made != nullptr, diagnostics.ok());
  return diagnostics.to_string();
}

constexpr const char* kHost = "{host: h, database: d, user: u, schema: s, ";

TEST(RedshiftConnector, takes_a_connection_without_reaching_anything) {
  EXPECT_EQ(problems(std::string(kHost) + "iam_role: default, staging: {connection: lake}}"), "");
  EXPECT_EQ(
      problems(
          std::string(kHost) + "staging: {connection: lake, prefix: p}}",
          "{long_text: truncate, nul_text: strip, refused_rows: quarantine, compression: none, part_size: "
          "64 MiB, uploads: 4, keep_staged: true, batch: 'b/{{ table }}'}"),
      "");
}

TEST(RedshiftConnector, says_what_is_wrong_with_the_staging) {
  EXPECT_NE(problems(std::string(kHost) + "iam_role: x}").find("staging"), std::string::npos);
  EXPECT_NE(problems(std::string(kHost) + "staging: {connection: nowhere}}")
                .find("weir.yaml has no connection 'nowhere' to stage rows in"),
            std::string::npos);
  EXPECT_NE(problems(std::string(kHost) + "staging: {connection: files}}")
                .find("rows are staged in a connection of type s3, and 'files' is files"),
            std::string::npos);
  EXPECT_NE(problems(std::string(kHost) + "staging: {connection: typo}}").find("reegion"), std::string::npos);
}

TEST(RedshiftConnector, is_a_destination_only) {
  EXPECT_EQ(connector().source(), nullptr);
  EXPECT_EQ(connector().connection().name, "redshift");
  EXPECT_NE(connector().destination(), nullptr);
}

}  // namespace
}  // namespace weir::redshift

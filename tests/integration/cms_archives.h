// SPDX-License-Identifier: Apache-2.0
// Archives of four CSV files in a real bucket, the four tables that they fill, and the configuration
// file of the job that did so before weir. Used by cms_archives*_test.cc.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "formats/testing_archives.h"
#include "tests/support/postgres_server.h"
#include "tests/support/redshift_server.h"
#include "tests/support/s3_server.h"
#include "tests/support/test_project.h"

namespace weir::integration {

using support::Ended;

/// The content of an archive by its files' names; small and good unless a test changes it.
inline std::map<std::string, std::string> good_files(const std::string& mark = "") {
  return {
      {"analytics_user_group.csv",
       "ID,USER_ID,EMAIL,GROUP_ID,GROUP_NAME,SITE_KEY,IS_GROUP_MGR\n311,u-1,jane@example.org,0007,Editors" +
           mark + ",GOV,false\n"},
      {"analytics_group.csv", "ID,NAME,ACTIVE,SITE_KEY\n0007,Editors" + mark + ",true,GOV\n"},
      {"analytics_user_activity.csv", "USER_ID,USER_IDIR,ACTIVITY_TYPE,MEMO,ACTIVITY_DATE\nu-1,JDOE,Login" +
                                          mark + ",,2024-05-13 09:15:22.125\n"},
      {"analytics_user_status.csv",
       "ID,ORGANIZATION,USER_ID,USER_NAME,EMAIL,CREATED_DT,STATUS\n42,IDIR,u-1,Jane" + mark +
           ",jane@example.org,2021-02-03 08:00:00.000,ACTIVE\n"}};
}

class CmsArchives : public testing::Test {
 protected:
  using Files = std::map<std::string, std::string>;

  CmsArchives() {
    warehouse_.sql(kTables);
    write_configuration();
  }

  /// The configuration as it was shipped, with pieces of its text changed.
  void write_configuration(const std::map<std::string, std::string>& changes = {}) {
    std::string text(kConfiguration);
    auto all = changes;
    all.emplace("example-bucket", bucket_.name());
    all.emplace("\"schema\": \"cmslite\"", fmt::format("\"schema\": \"{}\"", warehouse_.name()));
    for (const auto& [piece, instead] : all) text.replace(text.find(piece), piece.size(), instead);
    project_.write("cmslite.json", text);
  }

  /// Puts an archive into the bucket, under its name below the documented folder.
  void drop(const std::string& name, const Files& files) { drop_bytes(name, packed(files)); }
  void drop_bytes(const std::string& name, const std::string& bytes) {
    const auto key = name.find('/') == std::string::npos ? "client/cmslite_gdx/" + name : name;
    const auto put = bucket_.store().put(key, bytes, {});
    ASSERT_TRUE(put.ok()) << put.error().to_string();
  }
  std::string packed(const Files& files) {
    std::vector<formats::ArchivedFile> entries;
    for (const auto& [path, content] : files) entries.push_back({path, content});
    project_.write("made.tar", formats::tar_of(entries));
    EXPECT_EQ(std::system(fmt::format("gzip -nf {}", project_.path("made.tar").string()).c_str()), 0);
    return project_.read("made.tar.gz");
  }
  /// Puts it until the store's clock, which counts seconds, says that it is younger than another one.
  void drop_later(const std::string& name, const Files& files, const std::string& than) {
    const auto folder = std::string("client/cmslite_gdx/");
    const auto before = bucket_.store().head(folder + than)->modified;
    do {
      drop(name, files);
    } while (bucket_.store().head(folder + name)->modified <= before);
  }

  support::TestProject::Variables variables() const {
    const auto options = support::RedshiftServer::shared().options();
    return {{"pghost", options.host},
            {"pgport", std::to_string(*options.port)},
            {"pgdatabase", options.database},
            {"pguser", options.user},
            {"pgpass", support::PostgresServer::shared().password()},
            {"PGSSLMODE", "disable"},
            {"AWS_ACCESS_KEY_ID", support::S3Server::kAccessKey},
            {"AWS_SECRET_ACCESS_KEY", support::S3Server::kSecret},
            {"AWS_REGION", support::S3Server::kRegion},
            {"AWS_ENDPOINT_URL_S3", bucket_.server().endpoint()}};
  }
  /// The job of the configuration file, as it was always started.
  Ended run(std::vector<std::string> more = {}, const support::TestProject::Variables& changes = {}) const {
    std::vector<std::string> arguments = {"run", "cmslite.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto all = variables();
    for (const auto& [name, value] : changes) all[name] = value;
    return project_.weir(arguments, all);
  }
  /// The keys below a prefix, one a line.
  std::string keys(const std::string& prefix) {
    std::string all;
    for (const auto& object : *io::list_all(bucket_.store(), prefix))
      all += object.key.substr(prefix.size()) + "\n";
    return all;
  }
  std::string object(const std::string& key) {
    const auto size = bucket_.store().head(key)->size;
    return *bucket_.store().read(key, {0, size}, "");
  }
  std::string sql(const std::string& text) const { return warehouse_.sql(text); }
  /// What marks the rows of each of the four tables.
  std::string loaded() const {
    return sql(
        "SELECT (SELECT string_agg(group_name, ',') FROM user_group), "
        "(SELECT string_agg(name, ',') FROM cms_group), "
        "(SELECT string_agg(activity_type, ',') FROM user_activity), "
        "(SELECT string_agg(user_name, ',') FROM user_status)");
  }

  static constexpr const char* kTables =
      "CREATE TABLE user_group (id VARCHAR(255) NOT NULL, user_id VARCHAR(255), email VARCHAR(512), group_id "
      "VARCHAR(255), group_name VARCHAR(255), site_key VARCHAR(64), is_group_mgr BOOL);"
      "CREATE TABLE cms_group (id VARCHAR(255) NOT NULL, name VARCHAR(255), active BOOL, site_key "
      "VARCHAR(64));"
      "CREATE TABLE user_activity (user_id VARCHAR(100) NOT NULL, user_idir VARCHAR(100), activity_type "
      "VARCHAR(255), memo VARCHAR(255), activity_date TIMESTAMP, group_name VARCHAR(255));"
      "CREATE TABLE user_status (id VARCHAR(255) NOT NULL, organization VARCHAR(20), user_id VARCHAR(100), "
      "user_name VARCHAR(512), email VARCHAR(512), created_dt TIMESTAMP, status VARCHAR(32))";

  static constexpr const char* kConfiguration = R"({
	"bucket": "example-bucket",
	"source": "client",
	"destination": "processed",
	"directory": "cmslite_gdx",
	"doc": "cms-analytics-csv.*",
	"schema": "cmslite",
	"truncate": true,
	"delim": "|",
	"files": {
		"analytics_user_group": {
			"dbtable": "user_group",
			"column_count": 7,
			"columns": ["id", "user_id", "email", "group_id", "group_name", "site_key", "is_group_mgr"]
		},
		"analytics_group": {
			"dbtable": "cms_group",
			"column_count": 4,
			"columns": ["id", "name", "active", "site_key"]
		},
		"analytics_user_activity": {
			"dbtable": "user_activity",
			"column_count": 5,
			"columns": ["user_id", "user_idir", "activity_type", "memo", "activity_date"],
			"dateformat": [{"field": "activity_date", "format": "%Y-%m-%d %H:%M:%S.%f"}]
		},
		"analytics_user_status": {
			"dbtable": "user_status",
			"column_count": 7,
			"columns": ["id", "organization", "user_id", "user_name", "email", "created_dt", "status"],
			"dateformat": [{"field": "created_dt", "format": "%Y-%m-%d %H:%M:%S.%f"}]
		}
	}
}
)";

  support::TestProject project_;
  support::S3Bucket bucket_;
  support::RedshiftSchema warehouse_;
};

}  // namespace weir::integration

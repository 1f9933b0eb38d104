// SPDX-License-Identifier: Apache-2.0
// Looker's database on a real MariaDB, a real bucket that its tables are copied into, the warehouse that
// they are loaded into, and the configuration files of the jobs that did both before weir. Used by
// looker_usage*_test.cc and the tests of faults.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/looker_database.h"
#include "tests/support/postgres_server.h"
#include "tests/support/redshift_server.h"
#include "tests/support/s3_server.h"
#include "tests/support/test_project.h"

namespace weir::integration {

using support::Ended;

inline bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

class LookerUsage : public testing::Test {
 protected:
  using Variables = support::TestProject::Variables;
  static constexpr const char* kDay = "2024-03-01";  ///< of the generated history

  LookerUsage() {
    project_.write("looker.json", fmt::format(R"({{
	"bucket": "{}",
	"source": "client",
	"destination": "processed",
	"directory": "looker_dashboards"
}}
)",
                                              bucket_.name()));
  }

  Variables variables() const {
    const auto looker = database_.options();
    return {{"lookerhost", looker.host},
            {"lookerport", std::to_string(looker.port)},
            {"lookerdatabase", looker.database},
            {"lookeruser", looker.user},
            {"lookerpass", database_.server().password()},
            {"AWS_ACCESS_KEY_ID", support::S3Server::kAccessKey},
            {"AWS_SECRET_ACCESS_KEY", support::S3Server::kSecret},
            {"AWS_REGION", support::S3Server::kRegion},
            {"AWS_ENDPOINT_URL_S3", bucket_.server().endpoint()}};
  }
  Ended weir(const std::vector<std::string>& arguments, const Variables& changes = {}) const {
    auto all = variables();
    for (const auto& [name, value] : changes) all[name] = value;
    return project_.weir(arguments, all);
  }
  /// The job of the configuration file for a day.
  Ended run(const std::string& day = kDay, const Variables& changes = {}) const {
    return weir({"run", "looker.json", "--partition", day}, changes);
  }
  std::string sql(const std::string& text) const { return database_.sql(text); }

  static std::string key(const std::string& table, const std::string& day = kDay) {
    return "client/looker_dashboards/" + table + "." + day;
  }
  std::string object(const std::string& key) {
    const auto found = bucket_.store().head(key);
    if (!found.ok()) return "no object " + key;
    return *bucket_.store().read(key, {0, found->size}, "");
  }
  /// The keys below a prefix, one a line.
  std::string keys(const std::string& prefix) {
    std::string all;
    for (const auto& object : *io::list_all(bucket_.store(), prefix))
      all += object.key.substr(prefix.size()) + "\n";
    return all;
  }
  void put(const std::string& key, const std::string& bytes) {
    const auto stored = bucket_.store().put(key, bytes, {});
    ASSERT_TRUE(stored.ok()) << stored.error().to_string();
  }
  /// The lines of an object that begin with a text.
  std::string lines(const std::string& key, const std::string& beginning) {
    std::istringstream text(object(key));
    std::string found;
    for (std::string line; std::getline(text, line);) {
      if (line.starts_with(beginning)) found += line + "\n";
    }
    return found;
  }

  support::TestProject project_;
  support::LookerDatabase database_{200};
  support::S3Bucket bucket_;
};

}  // namespace weir::integration

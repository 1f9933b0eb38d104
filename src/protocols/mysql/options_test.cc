// SPDX-License-Identifier: Apache-2.0
#include "protocols/mysql/options.h"

#include <gtest/gtest.h>

namespace weir::mysql {
namespace {

TlsMode tls_of(const MysqlOptions& options) {
  const io::FixedEnvironment nothing(std::map<std::string, std::string>{});
  return target_of(options, nothing)->tls;
}

TEST(MysqlOptions, an_unknown_host_is_spoken_to_in_secret) {
  MysqlOptions options;
  options.host = "db.internal";
  EXPECT_EQ(tls_of(options), TlsMode::Require);
  options.tls_root_certificate = "/etc/ca.pem";
  EXPECT_EQ(tls_of(options), TlsMode::VerifyFull);
  options.tls = TlsMode::Disable;
  EXPECT_EQ(tls_of(options), TlsMode::Disable);
}

TEST(MysqlOptions, what_stays_on_this_machine_needs_no_secrecy) {
  MysqlOptions options;
  for (const auto* host : {"localhost", "127.0.0.1", "::1"}) {
    options.host = host;
    EXPECT_EQ(tls_of(options), TlsMode::Disable) << host;
  }
  options.host = "localhost.example.org";
  EXPECT_EQ(tls_of(options), TlsMode::Require);
  options.host.clear();
  options.socket = "/run/mysqld/mysqld.sock";
  EXPECT_EQ(tls_of(options), TlsMode::Disable);
}

}  // namespace
}  // namespace weir::mysql

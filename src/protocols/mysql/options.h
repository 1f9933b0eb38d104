// SPDX-License-Identifier: Apache-2.0
// The options of a connection to MySQL or MariaDB, and what becomes of them. Values and functions
// without state.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "config/spec.h"
#include "io/environment.h"
#include "protocols/mysql/connection.h"

namespace weir::mysql {

struct MysqlOptions {
  std::string host;
  std::uint16_t port = 3306;
  std::string socket;
  std::string database;
  std::string user;
  config::SecretReference password;
  std::optional<TlsMode> tls;
  std::string tls_root_certificate;
  std::string tls_certificate;
  std::string tls_key;
  config::Duration connect_timeout{std::chrono::seconds(15)};
  config::Duration network_timeout{std::chrono::minutes(10)};
  config::Duration statement_timeout{std::chrono::hours(2)};
};

const config::Spec<MysqlOptions>& mysql_spec();

/// Fails when the password cannot be had.
Result<Target> target_of(const MysqlOptions& options, const io::Environment& environment);

}  // namespace weir::mysql

// SPDX-License-Identifier: Apache-2.0
// A generated database as Looker's internal one (tests/servers/mariadb/looker.sql), on the MariaDB
// server of the tests. One thread.
#pragma once

#include "tests/support/mariadb_server.h"

namespace weir::support {

class LookerDatabase {
 public:
  /// With so many rows of history, and a hundredth of that, at least ten, in the other tables.
  explicit LookerDatabase(int history_rows);

  const std::string& name() const { return database_.name(); }
  const MariadbServer& server() const { return database_.server(); }
  mysql::MysqlOptions options() const { return database_.options(); }
  std::string sql(const std::string& text) const { return database_.sql(text); }

 private:
  MariadbDatabase database_;
};

}  // namespace weir::support

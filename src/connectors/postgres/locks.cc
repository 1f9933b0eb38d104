// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/locks.h"

namespace weir::postgres {

Result<void> lock(Connection& connection, LockMode mode, const std::string& name) {
  const auto* sql = mode == LockMode::Shared ? "SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))"
                                             : "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
  TRY(connection.query(sql, Parameters().text(name))
          .within("waiting for another load (" + name + ") to end"));
  return {};
}

Result<void> end_holders(Connection& connection, const std::string& name) {
  // A 64-bit key stands in two columns: https://www.postgresql.org/docs/15/view-pg-locks.html
  TRY(connection.query(
      "SELECT pg_terminate_backend(pid) FROM pg_locks, hashtextextended($1, 0) AS key WHERE locktype = "
      "'advisory' AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = "
      "current_database()) AND (classid::bigint << 32) | objid::bigint = key AND pid <> pg_backend_pid()",
      Parameters().text(name)));
  return {};
}

}  // namespace weir::postgres

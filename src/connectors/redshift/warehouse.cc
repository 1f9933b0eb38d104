// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/warehouse.h"

#include <fmt/format.h>

namespace weir::redshift {
namespace {

// Redshift knows few of PostgreSQL's settings; these are enough to read and write in one known form.
std::string session_sql(const RedshiftOptions& options) {
  return fmt::format("SET timezone TO 'UTC'; SET datestyle TO 'ISO, YMD'; SET statement_timeout TO {}",
                     options.statement_timeout.value.count());
}

}  // namespace

Result<std::string> Warehouse::shown() const {
  return TRY(postgres::target_of(options_, environment_)).shown;
}

Result<postgres::Connection> Warehouse::connect() const {
  auto target = TRY(postgres::target_of(options_, environment_));
  target.session_sql = session_sql(options_);
  return postgres::Connection::open(target).within("connecting to Redshift");
}

Result<io::ObjectStore*> Warehouse::store() {
  const std::lock_guard lock(mutex_);
  if (!store_) store_ = TRY(staging_.open_store());
  return store_.get();
}

Result<CopyAccess> Warehouse::copy_access() const {
  if (!options_.iam_role.empty()) return CopyAccess::role(options_.iam_role);
  return CopyAccess::keys(TRY(staging_.keys().within("finding the keys for COPY")));
}

}  // namespace weir::redshift

// SPDX-License-Identifier: Apache-2.0
#include "app/builtin_connectors.h"

#include "connectors/bigquery/connector.h"
#include "connectors/duckdb/connector.h"
#include "connectors/files/connector.h"
#include "connectors/looker/connector.h"
#include "connectors/mysql/connector.h"
#include "connectors/postgres/connector.h"
#include "connectors/redshift/connector.h"
#include "connectors/sqlite/connector.h"

namespace weir::app {

const project::Connectors& builtin_connectors() {
  static const project::Connectors connectors = {
      &files::connector(),  &files::s3_connector(), &files::gcs_connector(), &sqlite::connector(),
      &duckdb::connector(), &postgres::connector(), &redshift::connector(),  &bigquery::connector(),
      &mysql::connector(),  &looker::connector(),
  };
  return connectors;
}

}  // namespace weir::app

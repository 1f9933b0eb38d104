// SPDX-License-Identifier: Apache-2.0
// What the names in a query mean: tables, INFORMATION_SCHEMA, parameters. Used by the translator, by
// the holder of the warehouse. Refuses by throwing Refusal.
#pragma once

#include <set>

#include "sandbox/bigquery/catalog.h"
#include "sandbox/bigquery/sql_tokens.h"

namespace weir::sandbox::bigquery {

class SqlScope {
 public:
  /// `settings` are those of a query job: defaultDataset, queryParameters, parameterMode.
  SqlScope(Catalog& catalog, std::string project, std::string location, const Json& settings)
      : catalog_(catalog),
        project_(std::move(project)),
        location_(std::move(location)),
        settings_(settings) {}

  Catalog& catalog() { return catalog_; }
  /// The table of "p.d.t", "d.t" or "t", given in parts; it may not be there.
  TableName table_name(const std::string& path, const Token& at) const;
  /// It is there, and where the job runs.
  Table& table(const TableName& name, const Token& at);
  /// SQL that gives the rows of a view of INFORMATION_SCHEMA; nothing when the path is none.
  std::optional<std::string> information(const std::string& path, const Token& at);
  /// SQL of a parameter's value: by name, or the next one when the name is empty.
  std::string parameter(const std::string& name, const Token& at);
  const std::set<std::string>& seen() const { return seen_; }
  /// How large the tables are that were named.
  std::int64_t bytes();

 private:
  void check_location(const std::string& project, const std::string& dataset) const;

  Catalog& catalog_;
  std::string project_;
  std::string location_;
  const Json& settings_;
  std::size_t position_ = 0;
  std::set<std::string> seen_;
  std::int64_t bytes_ = 0;
};

}  // namespace weir::sandbox::bigquery

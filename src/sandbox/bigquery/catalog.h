// SPDX-License-Identifier: Apache-2.0
// Datasets and tables: their resources as the API shows them, and where the rows of a table are.
// Used by this folder, by the holder of Warehouse::hold(). Refuses by throwing Refusal.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "io/clock.h"
#include "sandbox/bigquery/warehouse.h"

namespace weir::sandbox::bigquery {

struct TableName {
  std::string project;
  std::string dataset;
  std::string table;

  /// "project:dataset.table", as messages and ids say it.
  std::string text() const { return project + ":" + dataset + "." + table; }
  std::string sql_text() const { return project + "." + dataset + "." + table; }
  Json reference() const { return {{"projectId", project}, {"datasetId", dataset}, {"tableId", table}}; }
};

/// Hidden from lists: where results of queries are kept for their readers.
inline constexpr const char* kAnonymous = "_weir_anonymous";
/// The column of tables that are partitioned by the time of loading.
inline constexpr const char* kPartitionTime = "_PARTITIONTIME";

struct Table {  // NOLINT(bugprone-exception-escape)
  TableName name;
  Json resource = Json::object();  ///< without what is known elsewhere: schema, counts, reference
  Fields fields;
  std::string storage{};  ///< the engine's table
  std::int64_t created = 0;
  std::int64_t modified = 0;  ///< in milliseconds, as the API has it
  std::uint64_t version = 1;
  std::uint64_t serial = 0;         ///< grows from one new table to the next
  std::uint64_t sized_version = 0;  ///< of which version `size` is known
  std::int64_t size = 0;

  bool is_ingestion_partitioned() const;
  std::string etag() const;
};

struct Dataset {  // NOLINT(bugprone-exception-escape)
  Json resource = Json::object();
  std::map<std::string, Table> tables;
  std::string location() const;
};

class Catalog {
 public:
  /// What an earlier sandbox left in the warehouse is back.
  Catalog(Warehouse& warehouse, bool is_kept, const io::Clock& clock);

  Dataset& create_dataset(const std::string& project, const std::string& name, const Json& resource);
  Dataset& dataset(const std::string& project, const std::string& name);
  Dataset* find_dataset(const std::string& project, const std::string& name);
  void remove_dataset(const std::string& project, const std::string& name, bool with_contents);
  std::vector<const Dataset*> datasets(const std::string& project) const;
  /// The dataset for results, made when it is first needed.
  Dataset& anonymous(const std::string& project, const std::string& location);

  Table& table(const TableName& name);
  /// Null when it is not there or has expired; refuses a missing dataset.
  Table* find_table(const TableName& name);
  /// With an empty table in the engine. `resource` may hold what tables.insert takes.
  Table& create_table(const TableName& name, const Fields& fields, const Json& resource);
  void remove_table(const TableName& name);
  void rename_table(const TableName& name, const std::string& to);
  /// Rows stay, columns are added or relaxed.
  void change_fields(Table& table, const Fields& fields);
  /// The rows have changed, or the resource.
  void touch(Table& table);
  void save(const Dataset& dataset);

  std::int64_t row_count(const Table& table);
  /// The bytes that BigQuery would say the rows take.
  std::int64_t byte_count(Table& table);
  /// The whole resource, with counts.
  Json show(Table& table);
  /// As lists of tables have it.
  Json summary(const Table& table) const;

  Warehouse& warehouse() { return warehouse_; }
  const io::Clock& clock() const { return clock_; }
  std::int64_t now() const { return clock_.now().micros / 1000; }
  /// Entries of other kinds that outlive the program: jobs.
  void keep(const std::string& kind, const std::string& name, const Json& body);
  std::vector<Json> kept(const std::string& kind);
  void forget(const std::string& kind, const std::string& name);

 private:
  void load();
  void save(const Table& table);
  void create_storage(Table& table);

  Warehouse& warehouse_;
  bool is_kept_;
  const io::Clock& clock_;
  std::map<std::pair<std::string, std::string>, Dataset> datasets_;
  std::uint64_t last_serial_ = 0;

  friend class Change;
};

/// What happens to catalog and rows while it lives is undone, unless commit() was called.
class Change {
 public:
  explicit Change(Catalog& catalog);
  ~Change();
  Change(const Change&) = delete;
  Change& operator=(const Change&) = delete;
  void commit();

 private:
  Catalog& catalog_;
  /// Without the results of queries, of which there may be many: those are only ever made.
  std::map<std::pair<std::string, std::string>, Dataset> before_;
  std::uint64_t last_serial_;
  Transaction rows_;
  bool is_committed_ = false;
};

}  // namespace weir::sandbox::bigquery

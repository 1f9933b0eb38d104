// SPDX-License-Identifier: Apache-2.0
// The statements of a query job, carried out one after the other. Used by query.cc, by the holder of
// the warehouse. Refuses by throwing Refusal.
#pragma once

#include <functional>
#include <memory>

#include "sandbox/bigquery/job.h"
#include "sandbox/bigquery/sql_translator.h"

namespace weir::sandbox::bigquery {

/// What the statements of a script did.
struct ScriptResult {          // NOLINT(bugprone-exception-escape)
  std::string statement_type;  ///< of the last one: "SELECT"
  int statements = 0;
  Json dml = nullptr;     ///< dmlStats of the last one
  Json target = nullptr;  ///< ddlTargetTable
};

class Script {
 public:
  enum class Purpose { Run, Try };
  /// Keeps the rows of a query, while what it reads is as the statement saw it.
  using Keep = std::function<void(const std::string& sql)>;

  Script(Translator& translator, Purpose purpose, Keep keep)
      : sql_(translator), catalog_(translator.scope().catalog()), purpose_(purpose), keep_(std::move(keep)) {}

  ScriptResult run();

 private:
  struct Target {
    TableName name;
    Token at;
    std::string storage;  ///< quoted
    std::string alias;    ///< quoted
  };

  void statement();
  void carry_out();
  void insert();
  void update();
  void remove();
  void truncate();
  void merge();
  void create();
  void create_table(bool is_replacing);
  void create_schema();
  void drop();
  void alter();
  void assertion();
  void transaction();

  void execute(const std::string& sql);
  Target target();
  Table& table_of(const Target& target) { return sql_.scope().table(target.name, target.at); }
  void changed(const Target& target, const std::string& sql, const char* key);
  void check_types(const Table& table, const std::vector<std::string>& columns, const std::string& query,
                   const Token& at);
  /// "a" = …, "b" = …; `from` is where the names in the values come from.
  std::string assignments(const Target& target, const std::string& from);
  std::string merge_clause(const Target& target, const std::string& source, bool& changes_matched);
  std::string merge_insert(const Target& target, const std::string& source);
  void check_one_match(const Target& target, const std::string& source, const std::string& condition);
  Json options();
  Json partitioning(const Fields& fields);
  Fields column_definitions();
  void refuse_in_transaction(const char* what);

  Translator& sql_;
  Catalog& catalog_;
  Purpose purpose_;
  Keep keep_;
  ScriptResult result_;
  std::unique_ptr<Change> transaction_;
};

/// The engine's complaint in BigQuery's words, with the place in the query where that can be told.
Refusal reworded(const Refusal& refusal, const std::vector<Token>& tokens);

}  // namespace weir::sandbox::bigquery

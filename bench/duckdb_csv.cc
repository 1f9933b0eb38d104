// SPDX-License-Identifier: Apache-2.0
// DuckDB reading and writing CSV files by itself, with two threads: the yardstick for moving rows from
// one dialect of CSV to another on this machine. Runs the statements of a file.
//
//   duckdb_csv STATEMENTS.sql
#include <dlfcn.h>
#include <duckdb.h>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace {

template <typename Function>
Function* find(void* library, const char* name) {
  auto* function = reinterpret_cast<Function*>(dlsym(library, name));
  if (function == nullptr) {
    fmt::print(stderr, "duckdb_csv: {}\n", dlerror());
    std::exit(1);
  }
  return function;
}

#define WEIR_FIND(name) auto* const name##_function = find<decltype(name)>(library, #name)

}  // namespace

int main(int argc, char** argv) {
  std::ifstream file(argc == 2 ? argv[1] : "");
  if (!file) {
    fmt::print(stderr, "usage: duckdb_csv STATEMENTS.sql\n");
    return 2;
  }
  const std::string sql((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  auto* const library = dlopen(WEIR_DUCKDB_LIBRARY, RTLD_NOW);
  if (library == nullptr) {
    fmt::print(stderr, "duckdb_csv: {}\n", dlerror());
    return 1;
  }
  WEIR_FIND(duckdb_open);
  WEIR_FIND(duckdb_connect);
  WEIR_FIND(duckdb_query);
  WEIR_FIND(duckdb_result_error);
  WEIR_FIND(duckdb_destroy_result);
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  if (duckdb_open_function(nullptr, &database) != DuckDBSuccess ||
      duckdb_connect_function(database, &connection) != DuckDBSuccess) {
    fmt::print(stderr, "duckdb_csv: no database can be opened\n");
    return 1;
  }
  duckdb_result result{};
  if (duckdb_query_function(connection, sql.c_str(), &result) != DuckDBSuccess) {
    fmt::print(stderr, "duckdb_csv: {}\n", duckdb_result_error_function(&result));
    return 1;
  }
  duckdb_destroy_result_function(&result);
  return 0;
}

# SPDX-License-Identifier: Apache-2.0
# Finds the DuckDB library and its C header.
#
# A DuckDB on the system (or under DuckDB_ROOT) is used when it is found. Otherwise the prebuilt
# library and a matching header come from two npm packages, pinned and verified by SHA-512, into
# the build folder. The header is the C API of 1.4.4, a subset of what the 1.5.6 library exports.
#
# Defines the target DuckDB::headers and the variable DuckDB_LIBRARY. Nothing links to the library:
# the program opens it when a command needs the engine, which keeps the others fast to start.
find_path(DuckDB_INCLUDE_DIR duckdb.h)
find_library(DuckDB_LIBRARY duckdb)

function(weir_npm_fetch package version sha512 member output)
  if(EXISTS ${output})
    return()
  endif()
  string(REGEX REPLACE "^@" "" file ${package})
  string(REPLACE "/" "-" file ${file})
  set(folder ${CMAKE_BINARY_DIR}/npm)
  set(archive ${folder}/${file}-${version}.tgz)
  file(MAKE_DIRECTORY ${folder})
  message(STATUS "Fetching ${package} ${version} with npm")
  # A cache of its own: one in the home may belong to root, and not every user has a home.
  execute_process(COMMAND npm pack --loglevel=error --cache ${folder}/cache --pack-destination ${folder} ${package}@${version}
                  OUTPUT_QUIET ERROR_VARIABLE report RESULT_VARIABLE failed)
  file(REMOVE_RECURSE ${folder}/cache)
  if(failed OR NOT EXISTS ${archive})
    string(REGEX MATCH "[^\n]*(Error|failed|denied|404)[^\n]*" reason "${report}")
    message(FATAL_ERROR "npm could not fetch ${package}@${version}. Check the network, or install DuckDB and set DuckDB_ROOT.\n${reason}")
  endif()
  file(SHA512 ${archive} actual)
  if(NOT actual STREQUAL sha512)
    file(REMOVE ${archive})
    message(FATAL_ERROR "${package}@${version} has an unexpected checksum:\n  wanted ${sha512}\n  got    ${actual}")
  endif()
  file(ARCHIVE_EXTRACT INPUT ${archive} DESTINATION ${folder}/${file} PATTERNS ${member})
  get_filename_component(target_folder ${output} DIRECTORY)
  file(COPY ${folder}/${file}/${member} DESTINATION ${target_folder})
endfunction()

if(NOT DuckDB_INCLUDE_DIR OR NOT DuckDB_LIBRARY)
  weir_npm_fetch(duckdb 1.4.4
    844249e61c9517454b8f776638ba6c5ab411d1bddde1892ab72826ea25178c72430e74aa83f5122b171be6abcdace84560f824b5ac94e9d5c2b603ea7269a9a2
    package/src/duckdb/src/include/duckdb.h ${CMAKE_BINARY_DIR}/duckdb/include/duckdb.h)
  weir_npm_fetch(@duckdb/node-bindings-linux-x64 1.5.6-r.1
    21772b64913a904a8cd19e30c1d5671811d7fdface4b7dd53cd0300d743f43e16cf386f4e7c41ef78721ac208870d2651bc6375072145387817824315b998dd5
    package/libduckdb.so ${CMAKE_BINARY_DIR}/bin/libduckdb.so)
  set(DuckDB_INCLUDE_DIR ${CMAKE_BINARY_DIR}/duckdb/include CACHE PATH "" FORCE)
  set(DuckDB_LIBRARY ${CMAKE_BINARY_DIR}/bin/libduckdb.so CACHE FILEPATH "" FORCE)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(DuckDB REQUIRED_VARS DuckDB_LIBRARY DuckDB_INCLUDE_DIR)
if(DuckDB_FOUND AND NOT TARGET DuckDB::headers)
  add_library(DuckDB::headers INTERFACE IMPORTED)
  target_include_directories(DuckDB::headers SYSTEM INTERFACE ${DuckDB_INCLUDE_DIR})
endif()

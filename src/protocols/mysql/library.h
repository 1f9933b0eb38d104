// SPDX-License-Identifier: Apache-2.0
// libmariadb's functions, found when the first connection is opened. Linking them would cost every
// command the time that loading the library and OpenSSL takes. Used inside this folder only.
// Thread-safe.
#pragma once

#include <errmsg.h>
#include <mysql.h>

#include "base/result.h"

// Every function of libmariadb that is called.
#define WEIR_MARIADB_SYMBOLS(X) \
  X(mariadb_field_attr)         \
  X(mysql_affected_rows)        \
  X(mysql_close)                \
  X(mysql_errno)                \
  X(mysql_error)                \
  X(mysql_fetch_fields)         \
  X(mysql_fetch_lengths)        \
  X(mysql_fetch_row)            \
  X(mysql_field_count)          \
  X(mysql_free_result)          \
  X(mysql_get_server_info)      \
  X(mysql_get_socket)           \
  X(mysql_get_ssl_cipher)       \
  X(mysql_init)                 \
  X(mysql_num_fields)           \
  X(mysql_num_rows)             \
  X(mysql_options)              \
  X(mysql_real_connect)         \
  X(mysql_real_query)           \
  X(mysql_server_init)          \
  X(mysql_sqlstate)             \
  X(mysql_ssl_set)              \
  X(mysql_stmt_close)           \
  X(mysql_stmt_errno)           \
  X(mysql_stmt_error)           \
  X(mysql_stmt_init)            \
  X(mysql_stmt_prepare)         \
  X(mysql_stmt_result_metadata) \
  X(mysql_store_result)         \
  X(mysql_thread_end)           \
  X(mysql_thread_id)            \
  X(mysql_use_result)           \
  X(mysql_warning_count)

namespace weir::mysql {

struct MariadbLibrary {
#define WEIR_DECLARE(symbol) decltype(&::symbol) symbol = nullptr;
  WEIR_MARIADB_SYMBOLS(WEIR_DECLARE)
#undef WEIR_DECLARE
};

/// Loads and initialises libmariadb once.
Result<const MariadbLibrary*> load_mariadb();
/// The loaded library; load_mariadb() has succeeded before.
const MariadbLibrary& mariadb();

}  // namespace weir::mysql

// SPDX-License-Identifier: Apache-2.0
// libpq's functions, found when the first connection is opened. Linking them would cost every
// command the eight milliseconds that loading libpq's twenty libraries takes. Used inside this
// folder only. Thread-safe.
#pragma once

#include <libpq-fe.h>

#include "base/result.h"

// Every function of libpq that is called.
#define WEIR_LIBPQ_SYMBOLS(X) \
  X(PQbackendPID)             \
  X(PQcancel)                 \
  X(PQclear)                  \
  X(PQcmdTuples)              \
  X(PQconnectdbParams)        \
  X(PQdescribePrepared)       \
  X(PQerrorMessage)           \
  X(PQexec)                   \
  X(PQexecParams)             \
  X(PQexecPrepared)           \
  X(PQfinish)                 \
  X(PQfmod)                   \
  X(PQfname)                  \
  X(PQfreeCancel)             \
  X(PQfreemem)                \
  X(PQftype)                  \
  X(PQgetCancel)              \
  X(PQgetCopyData)            \
  X(PQgetResult)              \
  X(PQgetisnull)              \
  X(PQgetlength)              \
  X(PQgetvalue)               \
  X(PQnfields)                \
  X(PQntuples)                \
  X(PQprepare)                \
  X(PQputCopyData)            \
  X(PQputCopyEnd)             \
  X(PQresultErrorField)       \
  X(PQresultErrorMessage)     \
  X(PQresultStatus)           \
  X(PQsendQueryParams)        \
  X(PQserverVersion)          \
  X(PQsetNoticeReceiver)      \
  X(PQsetSingleRowMode)       \
  X(PQsocket)                 \
  X(PQstatus)                 \
  X(PQtransactionStatus)

namespace weir::postgres {

struct LibpqLibrary {
#define WEIR_DECLARE(symbol) decltype(&::symbol) symbol = nullptr;
  WEIR_LIBPQ_SYMBOLS(WEIR_DECLARE)
#undef WEIR_DECLARE
};

/// Loads libpq once.
Result<const LibpqLibrary*> load_libpq();
/// The loaded library; load_libpq() has succeeded before.
const LibpqLibrary& libpq();

}  // namespace weir::postgres

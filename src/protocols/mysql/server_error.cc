// SPDX-License-Identifier: Apache-2.0
#include "protocols/mysql/server_error.h"

#include <fmt/format.h>

#include "base/text.h"

namespace weir::mysql {
namespace {

/// Why TLS could not be had: the server or its certificate is not as configured, or the line broke.
ErrorCode code_of_tls(std::string_view message) {
  const auto text = lower(message);
  for (const auto* word : {"certificate", "support", "fingerprint", "verif", "self-signed", "self signed"}) {
    if (text.find(word) != std::string::npos) return ErrorCode::InvalidConfig;
  }
  return ErrorCode::Unavailable;
}

std::string_view advice(unsigned number) {
  switch (number) {
    case 1045:
    case 1698:
      return "check the connection's user and password";
    case 1153:
      return "a row is larger than the server's max_allowed_packet; raise it";
    case 1412:
      return "the table was altered while it was read; run again";
    case 1969:
    case 3024:
      return "the statement took longer than the connection's statement_timeout";
    case 2026:
      return "see the connection's options `tls` and `tls_root_certificate`";
    case 2059:
    case 1524:
      return "the client library has no plugin for the server's way to log in; install libmariadb3 whole";
    default:
      return "";
  }
}

}  // namespace

ErrorCode code_of(unsigned number, std::string_view message) {
  switch (number) {
    case 1044:
    case 1045:
    case 1142:
    case 1143:
    case 1227:
    case 1290:
    case 1370:
    case 1698:
    case 1836:
      return ErrorCode::PermissionDenied;
    case 1049:
    case 1054:
    case 1146:
    case 1109:
      return ErrorCode::NotFound;
    case 1059:
    case 1060:
    case 1064:
    case 1103:
    case 1166:
    case 1298:
    case 2059:
    case 1524:
    case 2054:
      return ErrorCode::InvalidConfig;
    case 1040:
    case 1053:
    case 1077:
    case 1203:
    case 1226:
    case 1927:
    case 2002:
    case 2003:
    case 2005:
    case 2006:
    case 2012:
    case 2013:
    case 2055:
    case 4031:
      return ErrorCode::Unavailable;
    case 1205:
    case 1213:
    case 1412:
    case 1020:
      return ErrorCode::Conflict;
    case 1021:
    case 1037:
    case 1041:
    case 1114:
    case 1206:
    case 1317:
    case 1969:
    case 3024:
    case 2008:
      return ErrorCode::Exhausted;
    case 1071:
    case 1118:
    case 1153:
    case 1170:
    case 1347:
      return ErrorCode::DataMismatch;
    case 2026:
      return code_of_tls(message);
    default:
      return is_about_a_row(number) ? ErrorCode::DataMismatch : ErrorCode::Internal;
  }
}

Error to_error(const ServerError& error) {
  const auto more = advice(error.number);
  return {code_of(error.number, error.message),
          fmt::format("{} (error {}){}{}", error.message, error.number, more.empty() ? "" : "; ", more)};
}

bool is_about_a_row(unsigned number) {
  switch (number) {
    case 1048:  // NULL in a NOT NULL column
    case 1062:
    case 1586:
    case 1216:
    case 1452:  // no such row in the table that a foreign key names
    case 1264:
    case 1265:
    case 1292:
    case 1366:
    case 1367:
    case 1406:  // out of range, too long
    case 1364:  // no value and no default
    case 1416:  // no geometry
    case 1644:  // SIGNAL, as triggers say it
    case 3140:
    case 3819:
    case 4025:  // no JSON, CHECK
      return true;
    default:
      return false;
  }
}

}  // namespace weir::mysql

// SPDX-License-Identifier: Apache-2.0
#include "protocols/postgres/server_error.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "base/text.h"

namespace weir::postgres {
namespace {

using Rule = std::pair<std::string_view, ErrorCode>;

// Longest prefix first. The classes: https://www.postgresql.org/docs/15/errcodes-appendix.html
constexpr std::array<Rule, 36> kRules = {{
    {"40001", ErrorCode::Conflict},          // serialization failure
    {"40P01", ErrorCode::Conflict},          // deadlock
    {"40003", ErrorCode::Unavailable},       // unknown whether it happened
    {"57P01", ErrorCode::Unavailable},       // administrator ended the session
    {"57P02", ErrorCode::Unavailable},       // crash
    {"57P03", ErrorCode::Unavailable},       // starting up
    {"57P05", ErrorCode::Unavailable},       // idle too long
    {"25P03", ErrorCode::Unavailable},       // idle in a transaction too long
    {"25006", ErrorCode::Unavailable},       // read-only after a failover
    {"53300", ErrorCode::Unavailable},       // too many connections
    {"55P03", ErrorCode::Unavailable},       // lock not available
    {"55006", ErrorCode::Unavailable},       // object in use
    {"57014", ErrorCode::Exhausted},         // statement timeout or cancelled by somebody
    {"53100", ErrorCode::Exhausted},         // disk full
    {"53200", ErrorCode::Exhausted},         // out of memory
    {"53400", ErrorCode::Exhausted},         // configured limit
    {"54000", ErrorCode::Exhausted},         // program limit
    {"42501", ErrorCode::PermissionDenied},  // no grant
    {"42P01", ErrorCode::NotFound},          // no table
    {"42704", ErrorCode::NotFound},          // no such object
    {"42703", ErrorCode::NotFound},          // no column
    {"42883", ErrorCode::NotFound},          // no function
    {"3D000", ErrorCode::NotFound},          // no database
    {"3F000", ErrorCode::NotFound},          // no schema
    {"0A000", ErrorCode::Unsupported},       // feature not supported
    {"72000", ErrorCode::Conflict},          // snapshot too old
    {"08", ErrorCode::Unavailable},          // connection
    {"28", ErrorCode::PermissionDenied},     // authorization
    {"22", ErrorCode::DataMismatch},         // data
    {"23", ErrorCode::DataMismatch},         // constraint
    {"21", ErrorCode::DataMismatch},         // cardinality
    {"44", ErrorCode::DataMismatch},         // view's check option
    {"P0", ErrorCode::DataMismatch},         // raised by a trigger or function
    {"42", ErrorCode::DataMismatch},         // type or definition that does not fit
    {"53", ErrorCode::Exhausted},            // resources
    {"58", ErrorCode::Unavailable},          // the server's system
}};

// libpq's words for what happens before the session exists, in the order in which they decide.
constexpr std::array<Rule, 13> kConnectRules = {{
    {"password authentication failed", ErrorCode::PermissionDenied},
    {"no password supplied", ErrorCode::PermissionDenied},
    {"no pg_hba.conf entry", ErrorCode::PermissionDenied},
    {"pg_hba.conf rejects", ErrorCode::PermissionDenied},
    {"authentication failed", ErrorCode::PermissionDenied},
    {"is not permitted to log in", ErrorCode::PermissionDenied},
    {"permission denied", ErrorCode::PermissionDenied},
    {"root certificate file", ErrorCode::InvalidConfig},
    {"certificate verify failed", ErrorCode::PermissionDenied},
    {"does not match host name", ErrorCode::PermissionDenied},
    {"server does not support SSL", ErrorCode::PermissionDenied},
    {"invalid ", ErrorCode::InvalidConfig},
    {"does not exist", ErrorCode::NotFound},
}};

}  // namespace

ErrorCode code_for(std::string_view sqlstate) {
  for (const auto& [prefix, code] : kRules) {
    if (sqlstate.starts_with(prefix)) return code;
  }
  return ErrorCode::Internal;
}

Error to_error(const ServerError& failure) {
  std::vector<std::string> more;
  for (const auto& part : {failure.detail, failure.hint, failure.context}) {
    if (!part.empty()) more.push_back(join(split(part, '\n'), " "));
  }
  more.push_back("SQLSTATE " + failure.sqlstate);
  return {code_for(failure.sqlstate), fmt::format("{} ({})", failure.message, join(more, "; "))};
}

bool blames_a_row(std::string_view sqlstate) {
  for (const auto* family : {"22", "23", "44", "P0"}) {
    if (sqlstate.starts_with(family)) return true;
  }
  return sqlstate == "54000";  // an index entry that is too large
}

std::optional<std::uint64_t> copy_line(std::string_view context) {
  constexpr std::string_view kMark = ", line ";
  const auto start = context.find("COPY ");
  if (start == std::string_view::npos) return std::nullopt;
  // A table's name may hold the words as well; the last ones count.
  const auto text = context.substr(start, context.find('\n', start) - start);
  const auto at = text.rfind(kMark);
  if (at == std::string_view::npos) return std::nullopt;
  const auto number = text.substr(at + kMark.size());
  std::uint64_t line = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), line);
  return read.ec == std::errc() && line > 0 ? std::optional(line) : std::nullopt;
}

ErrorCode code_of_connect_failure(std::string_view message) {
  for (const auto& [words, code] : kConnectRules) {
    if (message.find(words) != std::string_view::npos) return code;
  }
  return ErrorCode::Unavailable;
}

}  // namespace weir::postgres

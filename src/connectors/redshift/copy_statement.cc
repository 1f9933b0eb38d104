// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/copy_statement.h"

#include <fmt/format.h>

#include "base/text.h"

namespace weir::redshift {
namespace {

std::string without(std::string text, const std::vector<std::string>& secrets) {
  for (const auto& secret : secrets) {
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
      text.replace(at, secret.size(), "***");
    }
  }
  return text;
}

}  // namespace

CopyAccess CopyAccess::role(const std::string& arn) {
  CopyAccess access;
  access.sql_ = arn == "default" ? "IAM_ROLE default" : "IAM_ROLE " + sql_literal(arn);
  return access;
}

CopyAccess CopyAccess::keys(const aws::Credentials& credentials) {
  CopyAccess access;
  access.sql_ = fmt::format("ACCESS_KEY_ID {} SECRET_ACCESS_KEY {}", sql_literal(credentials.access_key_id),
                            sql_literal(credentials.secret_access_key.reveal()));
  access.secrets_ = {credentials.access_key_id, credentials.secret_access_key.reveal()};
  if (!credentials.session_token.empty()) {
    access.sql_ += " SESSION_TOKEN " + sql_literal(credentials.session_token.reveal());
    access.secrets_.push_back(credentials.session_token.reveal());
  }
  return access;
}

Error CopyAccess::redacted(const Error& error) const {
  Error clean(error.code(), without(error.message(), secrets_));
  const auto& frames = error.context();
  for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
    clean = std::move(clean).within(without(*frame, secrets_));
  }
  if (error.retry_after()) clean = std::move(clean).with_retry_after(*error.retry_after());
  return clean;
}

std::string copy_sql(const CopyStatement& copy, const CopyAccess& access) {
  std::vector<std::string> columns;
  for (const auto& column : copy.columns) columns.push_back(sql_identifier(column));
  auto sql =
      fmt::format("COPY {} ({}) FROM {} {} MANIFEST DELIMITER '|' ESCAPE NULL AS {}", copy.table,
                  join(columns), sql_literal(copy.manifest), access.sql(), sql_literal(copy.null_text));
  if (copy.compression == StagedCompression::Gzip) sql += " GZIP";
  if (!copy.region.empty()) sql += " REGION " + sql_literal(copy.region);
  sql += " DATEFORMAT 'auto' TIMEFORMAT 'auto' ROUNDEC COMPUPDATE OFF";
  // With MAXERROR 0, a row that is refused cannot be skipped silently.
  sql += copy.purpose == CopyStatement::Purpose::Load ? " MAXERROR 0" : " NOLOAD MAXERROR 100000";
  if (copy.statistics == CopyStatement::Statistics::Off) sql += " STATUPDATE OFF";
  return sql;
}

}  // namespace weir::redshift

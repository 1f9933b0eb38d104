// SPDX-License-Identifier: Apache-2.0
// The COPY statement, with what the cluster needs to read the staged objects. Used inside this folder
// only.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "connectors/redshift/options.h"
#include "protocols/aws/signer.h"

namespace weir::redshift {

/// What a COPY reads S3 with. Keys stand in the statement's text, so that text must never be shown;
/// redacted() takes them out of what a server says.
class CopyAccess {
 public:
  static CopyAccess role(const std::string& arn);
  static CopyAccess keys(const aws::Credentials& credentials);

  const std::string& sql() const { return sql_; }
  /// The error with *** in place of keys.
  Error redacted(const Error& error) const;

 private:
  std::string sql_;
  std::vector<std::string> secrets_;
};

struct CopyStatement {
  std::string table;  ///< as it stands in SQL
  std::vector<std::string> columns;
  std::string manifest;  ///< its URI
  std::string null_text;
  StagedCompression compression = StagedCompression::None;
  std::string region;  ///< empty: the cluster's
  enum class Statistics { AsUsual, Off } statistics = Statistics::AsUsual;
  /// FindErrors loads nothing, and tells of every row that would be refused.
  enum class Purpose { Load, FindErrors } purpose = Purpose::Load;
};

std::string copy_sql(const CopyStatement& copy, const CopyAccess& access);

}  // namespace weir::redshift

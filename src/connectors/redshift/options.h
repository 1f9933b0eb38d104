// SPDX-License-Identifier: Apache-2.0
// The options of a connection of type redshift and of a pipeline's destination on it. Values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "config/spec.h"
#include "protocols/postgres/options.h"

namespace weir::redshift {

/// Where rows wait on S3 for COPY.
struct StagingOptions {
  std::string connection;
  std::string prefix = "weir-staging";
};

struct RedshiftOptions : postgres::PostgresOptions {
  RedshiftOptions() { port = 5439; }

  std::string iam_role;
  std::optional<std::string> copy_region;
  StagingOptions staging;
};

/// What becomes of text that has more bytes than its column.
enum class LongText {
  Widen,       ///< the column is made longer
  Truncate,    ///< the text is cut, and the run says how often
  Quarantine,  ///< the row is refused
};

/// What becomes of text with a NUL character, which Redshift cannot hold.
enum class NulText {
  Quarantine,  ///< the row is refused
  Strip,       ///< the character is left out, and the run says how often
};

/// What becomes of rows that Redshift refuses although weir found nothing wrong with them.
enum class RefusedRows {
  Fail,        ///< the load fails and names them
  Quarantine,  ///< they are set aside, and the others are loaded
};

enum class StagedCompression { None, Gzip };

struct DestinationOptions {
  LongText long_text = LongText::Widen;
  NulText nul_text = NulText::Quarantine;
  RefusedRows refused_rows = RefusedRows::Quarantine;
  StagedCompression compression = StagedCompression::Gzip;
  config::ByteSize part_size{16 << 20};
  std::int64_t uploads = 2;
  bool keep_staged = false;
  std::optional<std::string> batch;
  std::map<std::string, std::string> batch_names;
};

const config::Spec<RedshiftOptions>& redshift_spec();
const config::Spec<DestinationOptions>& destination_spec();

}  // namespace weir::redshift

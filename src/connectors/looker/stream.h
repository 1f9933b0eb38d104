// SPDX-License-Identifier: Apache-2.0
// One query of a pipeline together with what its explore says: which fields are asked for, and what columns
// they become. Used inside this folder only. Pure.
#pragma once

#include <string>
#include <vector>

#include "connectors/looker/source_options.h"
#include "formats/jsonl_decoder.h"
#include "model/schema.h"
#include "protocols/looker/explore.h"

namespace weir::looker {

/// By what an answer that was cut is continued. Rows come in its order.
struct PagingKey {
  enum class Kind { None, Time, Number } kind = Kind::None;
  std::string field;
};

struct Stream {
  Query query;  ///< of all rows
  PagingKey key;
  std::string partition_field;
  std::string input;  ///< "system__activity.history"
  model::Schema schema;
  std::vector<formats::JsonPath> paths;  ///< parallel to the columns
  bool has_read_at = false;              ///< the last column is the instant of reading, and in no row
  std::vector<std::string> warnings;
};

/// Fails with every name that the explore does not have, and with what was probably meant.
Result<Stream> describe_stream(const QueryOptions& options, const Explore& explore, ColumnNames names,
                               Values values);

/// What a field's values are read as.
model::Type type_of(const Field& field, Values values);

}  // namespace weir::looker

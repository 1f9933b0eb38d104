// SPDX-License-Identifier: Apache-2.0
// Delimited text to rows. Used by csv_format.cc.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/csv_parser.h"
#include "formats/decoder.h"
#include "model/schema.h"

namespace weir::formats {

/// `names` are the fields of a record in order; each goes to the schema's column of that name. A
/// record has as many fields as there are names, unless the options say another number.
std::shared_ptr<const Decoder> make_csv_decoder(const model::Schema& schema,
                                                const std::vector<std::string>& names,
                                                const CsvOptions& options);

/// Whether a field stands for null, whatever its column's type.
bool is_csv_null(const CsvField& field, const CsvOptions& options);

}  // namespace weir::formats

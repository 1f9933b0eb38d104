// SPDX-License-Identifier: Apache-2.0
// The options of the `files` source. Used by source.h and by whoever configures one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/spec.h"
#include "formats/csv_options.h"
#include "formats/format.h"
#include "formats/inflate.h"

namespace weir::files {

enum class OnMissing { Empty, Fail };

struct FilesSourceOptions {
  std::vector<std::string> path;
  std::optional<std::string> format;
  formats::Compression compression = formats::Compression::Auto;
  config::OrderedTextMap columns;
  formats::CsvOptions csv;
  OnMissing on_missing = OnMissing::Empty;
  /// Set by a planner, not by users: read only these fields, each by its path in the object, as
  /// the columns of `columns`, which then must be all there are. JSON lines only.
  std::vector<formats::JsonPath> column_paths;
};

const config::Spec<formats::CsvOptions>& csv_spec();
const config::Spec<FilesSourceOptions>& files_source_spec();

/// What the format layer needs of the options. Fails with InvalidConfig, naming the option.
Result<formats::ReadOptions> read_options(const FilesSourceOptions& options);

}  // namespace weir::files

// SPDX-License-Identifier: Apache-2.0
// The options of a source of files or objects, and of each table that it fills. Used by source.h and
// by whoever configures one. Values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/spec.h"
#include "formats/archive.h"
#include "formats/csv_options.h"
#include "formats/format.h"
#include "formats/inflate.h"

namespace weir::files {

enum class OnMissing { Empty, Fail };

/// What a file or entry without rows is.
enum class OnEmpty {
  Fail,      ///< an error, a header alone too
  HeadOnly,  ///< an error unless there is a header
  Empty,     ///< no rows
};

/// What an entry of an archive is that no table asks for.
enum class UnknownEntries { Ignore, Warn, Fail };

enum class Action { Copy, Move };

/// Where the input of an offered partition goes when its run has ended.
struct AfterOptions {
  std::optional<std::string> good;
  std::optional<std::string> bad;
  std::optional<std::string> superseded;
  Action action = Action::Copy;
};

struct ArchiveLimitOptions {
  std::int64_t entries = 10'000;
  config::ByteSize bytes = {std::uint64_t{256} << 30U};
  std::int64_t ratio = 250;
};

/// The options of one table of several.
struct TableOptions {
  std::string entry;
  bool optional = false;
  std::optional<std::string> format;
  config::OrderedTextMap columns;
  std::optional<formats::CsvOptions> csv;
  std::optional<OnEmpty> on_empty;
};

struct FilesSourceOptions {
  std::vector<std::string> path;
  std::optional<std::string> match;
  std::optional<std::string> skip;
  std::optional<std::string> format;
  formats::Compression compression = formats::Compression::Auto;
  formats::ArchiveKind archive = formats::ArchiveKind::Auto;
  ArchiveLimitOptions archive_limits;
  std::optional<std::string> entry;
  UnknownEntries unknown_entries = UnknownEntries::Warn;
  config::OrderedTextMap columns;
  formats::CsvOptions csv;
  OnMissing on_missing = OnMissing::Empty;
  std::optional<OnEmpty> on_empty;
  std::optional<AfterOptions> after;
  /// Set by a planner, not by users: read only these fields, each by its path in the object, as
  /// the columns of `columns`, which then must be all there are. JSON lines only.
  std::vector<formats::JsonPath> column_paths;
};

/// The options of a connector of one kind of place: "files", "s3" or "gcs".
config::Spec<FilesSourceOptions> source_spec(const std::string& name, const std::string& summary);
const config::Spec<TableOptions>& source_table_spec();

/// What the format layer needs of the options. Fails with InvalidConfig, naming the option.
Result<formats::ReadOptions> read_options(const std::optional<std::string>& format,
                                          const formats::CsvOptions& csv,
                                          const config::OrderedTextMap& columns);
/// Whether the options can be meant, beside those of the format.
Result<void> check_options(const FilesSourceOptions& options);

}  // namespace weir::files

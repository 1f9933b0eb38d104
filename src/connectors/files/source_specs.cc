// SPDX-License-Identifier: Apache-2.0
// The options as users write them.
#include "connectors/files/source_options.h"
#include "model/partition.h"

namespace weir::files {
namespace {

using formats::ArchiveKind;
using formats::ColumnsBy;
using formats::Compression;
using formats::CsvOptions;
using formats::ExtraFields;
using formats::MissingFields;

const config::Spec<CsvOptions>& csv_spec() {
  static const auto spec =
      config::Spec<CsvOptions>("csv", "How delimited text is written.")
          .field("delimiter", &CsvOptions::delimiter, "The byte between two fields.")
          .example("\";\"")
          .field("quote", &CsvOptions::quote, "The byte around fields that hold delimiters; empty: none.")
          .field("escape", &CsvOptions::escape,
                 "The byte that takes a quote's meaning inside quotes: the quote itself, or a backslash.")
          .field("header", &CsvOptions::header, "Whether the first row holds the names of the columns.")
          .field("null_text", &CsvOptions::null_text,
                 "Unquoted text that stands for NULL. Without it an empty unquoted field does.")
          .example("\"\\\\N\"")
          .field("encoding", &CsvOptions::encoding,
                 "utf-8, latin1, windows-1252, utf-16, utf-16le or utf-16be.")
          .choice("columns_by", &CsvOptions::columns_by,
                  {{"name", ColumnsBy::Name}, {"position", ColumnsBy::Position}},
                  "How fields find their columns: by the names in the header, or in the order of `columns`, "
                  "whatever the header says.")
          .field("field_count", &CsvOptions::field_count,
                 "How many fields each row has; by default as many as the header or, by position, as there "
                 "are `columns`. With more, the leading ones are read.")
          .example("7")
          .range(1, 100'000)
          .choice("extra_fields", &CsvOptions::extra_fields,
                  {{"reject", ExtraFields::Reject},
                   {"blank", ExtraFields::Blank},
                   {"ignore", ExtraFields::Ignore}},
                  "What a row with more fields is: refused, taken when the surplus ones are empty, or taken "
                  "without them.")
          .choice("missing_fields", &CsvOptions::missing_fields,
                  {{"reject", MissingFields::Reject}, {"null", MissingFields::Null}},
                  "What a row with fewer fields is: refused, or taken with NULL for them.")
          .choice("backslash", &CsvOptions::backslash,
                  {{"text", formats::Backslash::Text}, {"escape", formats::Backslash::Escape}},
                  "What a backslash is: text, or that the delimiter, quote, line end or backslash behind it "
                  "is. Before another byte it stays.")
          .choice("moved_columns", &CsvOptions::moved_columns,
                  {{"allow", formats::MovedColumns::Allow}, {"fail", formats::MovedColumns::Fail}},
                  "With `columns_by: position`, whether a header may have the name of one column at the "
                  "place of another. Names that are no column's may stand there in any case.")
          .check([](const CsvOptions& options, const config::Node& node, config::Diagnostics& diagnostics) {
            if (auto checked = formats::check_csv_options(options); !checked.ok()) {
              diagnostics.error(node.at(), checked.error().message());
            }
          });
  return spec;
}

const config::Spec<AfterOptions>& after_spec() {
  static const auto spec =
      config::Spec<AfterOptions>("after", "Where an object goes when its run has ended.")
          .field("good", &AfterOptions::good,
                 "Where it goes when it is loaded. {{ object.key }}, .name, .stem and .folder stand for "
                 "parts of its key.")
          .example("\"processed/good/{{ object.key }}\"")
          .field("bad", &AfterOptions::bad,
                 "Where it goes when its content cannot be loaded, with a report beside it, whose name ends "
                 "in .error.json.")
          .example("\"processed/bad/{{ object.key }}\"")
          .field("superseded", &AfterOptions::superseded,
                 "Where it goes when a newer one was loaded before it; by default where good ones go.")
          .choice("action", &AfterOptions::action, {{"copy", Action::Copy}, {"move", Action::Move}},
                  "Whether the object also stays where it was.");
  return spec;
}

const config::Spec<ArchiveLimitOptions>& limits_spec() {
  static const auto spec =
      config::Spec<ArchiveLimitOptions>("archive_limits", "What an archive may at most hold.")
          .field("entries", &ArchiveLimitOptions::entries, "Number of entries.")
          .range(1, 1e9)
          .field("bytes", &ArchiveLimitOptions::bytes, "Bytes of all entries, unpacked.")
          .field("ratio", &ArchiveLimitOptions::ratio, "Unpacked bytes for each stored one.")
          .range(1, 1e6);
  return spec;
}

template <typename Options>
void add_on_empty(config::Spec<Options>& spec) {
  spec.choice("on_empty", &Options::on_empty,
              {{"fail", OnEmpty::Fail}, {"header", OnEmpty::HeadOnly}, {"empty", OnEmpty::Empty}},
              "What a file without rows is: a failure, a failure unless it has a header, or no rows. By "
              "default a failure inside an archive or with `tables`, else no rows.");
}

constexpr auto kFormatDoc =
    "jsonl, csv, access_log, s3_access_log or parquet; by default what the extension says.";
constexpr auto kColumnsDoc =
    "Types by column name. They win over what the first rows suggest; times are text unless they are "
    "declared here.";

void add_archive_options(config::Spec<FilesSourceOptions>& spec) {
  using O = FilesSourceOptions;
  spec.choice("archive", &O::archive,
              {{"auto", ArchiveKind::Auto},
               {"none", ArchiveKind::None},
               {"tar", ArchiveKind::Tar},
               {"zip", ArchiveKind::Zip}},
              "Whether each file is an archive of files; auto goes by names such as .tgz, .tar.zst and .zip. "
              "A tar archive may be packed.")
      .field("entry", &O::entry,
             "Pattern of the entries of an archive that are read; without a slash it is for the name alone.")
      .example("\"*.csv\"")
      .choice("unknown_entries", &O::unknown_entries,
              {{"warn", UnknownEntries::Warn},
               {"fail", UnknownEntries::Fail},
               {"ignore", UnknownEntries::Ignore}},
              "What to do about an entry that no pattern names.")
      .object("archive_limits", &O::archive_limits, limits_spec(), "What an archive may at most hold.");
}

void check_source(const FilesSourceOptions& options, const config::Node& node,
                  config::Diagnostics& diagnostics) {
  const auto* format = node.find("format");
  auto csv = options.csv;
  // The columns may be those of tables, which are not known here.
  if (options.columns.empty()) csv.columns_by = ColumnsBy::Name;
  if (auto read = read_options(options.format, csv, options.columns); !read.ok()) {
    const bool about_format = format != nullptr && read.error().message().starts_with("unknown format");
    diagnostics.error(about_format ? format->at() : node.at(), read.error().message());
  }
  if (auto checked = check_options(options); !checked.ok()) {
    diagnostics.error(node.at(), checked.error().message());
  }
  // An hour has every placeholder that any partition by time has.
  const auto sample = model::partition_of(model::Every::Hour, Timestamp{});
  for (const auto& path : options.path) {
    const auto expanded = model::expand(path, sample);
    if (!expanded.ok()) diagnostics.error(node.find("path")->at(), expanded.error().message());
  }
}

}  // namespace

config::Spec<FilesSourceOptions> source_spec(const std::string& name, const std::string& summary) {
  using O = FilesSourceOptions;
  config::Spec<O> spec(name, summary);
  spec.field("path", &O::path,
             "File, glob pattern or list of them, relative to the connection's folder or bucket. "
             "Placeholders such as {{ partition.date }} choose the files of a partition. With `match` it is "
             "how names begin, as in \"client/\".")
      .required()
      .example("\"logs/{{ partition.date }}*.jsonl.gz\"")
      .field("match", &O::match,
             "Regular expression that is searched in the whole name of every file below `path`; ^ and $ tie "
             "it to the ends.")
      .example("'reports-[0-9]{8}\\.tgz$'")
      .field("skip", &O::skip, "Regular expression of names that are left out although `match` finds them.")
      .example("'/archive'")
      .field("format", &O::format, kFormatDoc)
      .example("jsonl")
      .choice("compression", &O::compression,
              {{"auto", Compression::Auto},
               {"none", Compression::None},
               {"gzip", Compression::Gzip},
               {"zstd", Compression::Zstd}},
              "How the files are packed; auto looks at the first bytes of each.");
  add_archive_options(spec);
  spec.field("columns", &O::columns, kColumnsDoc)
      .example("{timestamp: timestamp, status: integer}")
      .object("csv", &O::csv, csv_spec(), "How the fields of csv files are written.")
      .choice("on_missing", &O::on_missing, {{"empty", OnMissing::Empty}, {"fail", OnMissing::Fail}},
              "What a partition without any file is: empty, or a failed run.");
  add_on_empty(spec);
  spec.object("after", &O::after, after_spec(),
              "Where an object goes when its run has ended, for `partitions: { every: object }`.")
      .check(check_source);
  return spec;
}

const config::Spec<TableOptions>& source_table_spec() {
  using O = TableOptions;
  static const auto spec = [] {
    config::Spec<O> made("table", "What of a source of files or objects goes into one table of several.");
    made.field("entry", &O::entry,
               "Pattern of the archive's entries, or of the files, that hold its rows; without a slash it is "
               "for the name alone.")
        .required()
        .example("\"analytics_group.*\"")
        .field("optional", &O::optional, "Whether the table stays without rows when there is no such entry.")
        .field("format", &O::format, kFormatDoc)
        .field("columns", &O::columns, kColumnsDoc)
        .example("{id: text, created: timestamp}")
        .object("csv", &O::csv, csv_spec(), "How the fields are written; by default what the source says.");
    add_on_empty(made);
    made.check([](const O& options, const config::Node& node, config::Diagnostics& diagnostics) {
      const auto read = read_options(options.format, options.csv.value_or(CsvOptions{}), options.columns);
      if (!read.ok()) diagnostics.error(node.at(), read.error().message());
    });
    return made;
  }();
  return spec;
}

}  // namespace weir::files

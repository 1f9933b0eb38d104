// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/source.h"

#include <unistd.h>

#include <algorithm>
#include <set>

#include "connectors/files/source_blocks.h"
#include "connectors/files/source_parquet.h"
#include "connectors/files/source_paths.h"
#include "formats/file_input.h"

namespace weir::files {
namespace {

class FilesSource final : public sdk::Source {
 public:
  FilesSource(FilesSourceOptions options, formats::ReadOptions read, std::string project_folder)
      : options_(std::move(options)), read_(std::move(read)), project_folder_(std::move(project_folder)) {}

  Result<void> check() override {
    // As for a run, what a wildcard leaves open is told by the file that is found.
    const auto& first = options_.path.front();
    if (first.find_first_of("*?[") == std::string::npos) TRY(format_of(first));
    TRY(check_folders());
    if (partitions_inputs()) return {};
    const auto found = TRY(inputs(model::Partition{"all", std::nullopt}));
    if (!found.empty()) TRY(format_of(found.front().name));
    for (const auto& input : found) {
      const auto path = in_project(project_folder_, input.name);
      TRY(formats::FileInput::open(path, nullptr));
    }
    return {};
  }

  Result<std::vector<sdk::InputStamp>> inputs(const model::Partition& partition) override {
    std::set<std::string> names;
    std::vector<std::string> wanted;
    for (const auto& path : options_.path) {
      wanted.push_back(TRY(model::expand(path, partition)));
      names.merge(TRY(matching(wanted.back())));
    }
    // No file may be right; no folder is a mistake that must not pass for an empty partition.
    if (names.empty()) TRY(check_folders());
    if (names.empty() && options_.on_missing == OnMissing::Fail) {
      return fail(ErrorCode::NotFound,
                  "no file matches {} in {}; bring the files, or set `on_missing: empty`",
                  fmt::format("{}", fmt::join(wanted, ", ")), project_folder_);
    }
    std::vector<sdk::InputStamp> stamps;
    for (const auto& name : names) {
      const auto stamp = TRY(formats::stamp_file(in_project(project_folder_, name)));
      stamps.push_back({name, stamp.size, version_of(stamp)});
    }
    return stamps;
  }

  Result<std::unique_ptr<sdk::Extraction>> open(const model::Partition&,
                                                const std::vector<sdk::InputStamp>& inputs) override {
    const auto format = TRY(format_of(inputs.empty() ? options_.path.front() : inputs.front().name));
    if (format == "parquet") return open_parquet(project_folder_, inputs, read_.columns);
    return TextExtraction::open(plan(format), inputs);
  }

  Result<std::unique_ptr<sdk::Extraction>> replay(const model::Partition&,
                                                  const std::vector<sdk::Reject>& rows) override {
    const auto format = TRY(format_of(rows.empty() ? options_.path.front() : rows.front().input));
    if (format == "parquet") {
      return fail(ErrorCode::Unsupported,
                  "rows of parquet files cannot be replayed; run the partition again");
    }
    return open_replay(plan(format), rows);
  }

  bool partitions_inputs() const override {
    return std::any_of(options_.path.begin(), options_.path.end(), has_placeholder);
  }

  Result<std::optional<Timestamp>> earliest() override {
    std::optional<Timestamp> first;
    for (const auto& path : options_.path) {
      if (!has_placeholder(path)) continue;
      const auto found = TRY(earliest_match(project_folder_, path));
      if (found && (!first || *found < *first)) first = found;
    }
    return first;
  }

 private:
  /// Whether the folders that the paths start in are there and may be listed.
  Result<void> check_folders() const {
    for (const auto& path : options_.path) {
      const auto folder = in_project(project_folder_, fixed_folder(path));
      if (::access(folder.c_str(), R_OK | X_OK) == 0) continue;
      if (errno == ENOENT || errno == ENOTDIR) {
        return fail(ErrorCode::NotFound, "the folder {} of the path {} does not exist", folder, path);
      }
      return fail(ErrorCode::PermissionDenied,
                  "the folder {} may not be listed by this user; grant read and search permission on it",
                  folder);
    }
    return {};
  }

  Result<std::set<std::string>> matching(const std::string& path) const {
    auto found = TRY(matching_files(project_folder_, path));
    return std::set<std::string>(found.begin(), found.end());
  }

  Result<std::string_view> format_of(const std::string& name) const {
    if (options_.format) return std::string_view(*options_.format);
    if (const auto known = formats::format_of_name(name)) return *known;
    return fail(ErrorCode::InvalidConfig,
                "the name {} does not tell the format; set `format` to jsonl, csv, access_log, s3_access_log "
                "or parquet",
                name);
  }

  ReadPlan plan(std::string_view format) const {
    return {formats::find_format(format), read_, options_.compression, options_.column_paths,
            project_folder_};
  }

  FilesSourceOptions options_;
  formats::ReadOptions read_;
  std::string project_folder_;
};

}  // namespace

Result<std::unique_ptr<sdk::Source>> make_files_source(const FilesSourceOptions& options,
                                                       const std::string& project_folder) {
  auto read = TRY(read_options(options));
  if (!options.column_paths.empty() && options.column_paths.size() != options.columns.size()) {
    return fail(ErrorCode::Internal, "{} columns come with {} paths", options.columns.size(),
                options.column_paths.size());
  }
  return std::make_unique<FilesSource>(options, std::move(read), project_folder);
}

}  // namespace weir::files

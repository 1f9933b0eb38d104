// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/destination.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <set>

#include "base/text.h"
#include "connectors/files/destination_load.h"
#include "connectors/sdk/load_request.h"

namespace weir::files {
namespace {

namespace fs = std::filesystem;
using model::WriteMode;

// Others publish in between, each of them once; so many in a row is somebody's mistake.
constexpr int kClaimAttempts = 20;

void replace_all(std::string& text, std::string_view name, const std::string& value) {
  for (const std::string_view form : {"{{{{ {} }}}}", "{{{{{}}}}}"}) {
    const auto placeholder = fmt::format(fmt::runtime(form), name);
    for (auto at = text.find(placeholder); at != text.npos; at = text.find(placeholder, at + value.size())) {
      text.replace(at, placeholder.size(), value);
    }
  }
}

/// The default keeps a table's files in a folder of its own: `FROM 'visits/*.csv'` reads them all.
std::string path_pattern(const FilesDestinationOptions& options, const sdk::TableTarget& target) {
  const std::string_view file = target.write == WriteMode::Merge ? "all" : "{{ partition.key }}";
  auto pattern = options.path.value_or(fmt::format("{{{{ table }}}}/{}{}", file, options.extension()));
  // Every append is a file of its own.
  if (target.write == WriteMode::Append && pattern.find("load }}") == pattern.npos &&
      pattern.find("{{load}}") == pattern.npos) {
    const auto name = pattern.rfind('/') == pattern.npos ? 0 : pattern.rfind('/') + 1;
    const auto inside = pattern.rfind("}}");
    const auto dot = pattern.find('.', inside == pattern.npos || inside < name ? name : inside);
    pattern.insert(dot == pattern.npos ? pattern.size() : dot, "-{{ load }}");
  }
  return pattern;
}

Result<std::string> expand_path(const FilesDestinationOptions& options, const sdk::LoadRequest& request,
                                const sdk::TableTarget& target) {
  auto path = path_pattern(options, target);
  replace_all(path, "table", encode_name(target.table));
  replace_all(path, "pipeline", encode_name(request.pipeline));
  replace_all(path, "load", encode_name(request.load_id));
  path = TRY(model::expand(path, request.partition).within("option path"));
  const auto relative = fs::path(path).lexically_normal();
  const bool leaves =
      std::any_of(relative.begin(), relative.end(), [](const fs::path& part) { return part == ".."; });
  if (relative.is_absolute() || leaves || !relative.has_filename() || *relative.begin() == "_weir") {
    return fail(
        ErrorCode::InvalidConfig,
        "option path gives '{}'; it must name a file inside the destination's folder, outside of _weir",
        path);
  }
  return relative.string();
}

class FilesDestination final : public sdk::Destination {
 public:
  FilesDestination(FilesDestinationOptions options, std::shared_ptr<Depot> depot)
      : options_(std::move(options)), depot_(std::move(depot)), ledger_(depot_) {
    capabilities_.write_modes = {WriteMode::Append, WriteMode::Replace, WriteMode::Merge,
                                 WriteMode::ReplacePartition};
    capabilities_.concurrent_loads = true;
  }

  const sdk::DestinationCapabilities& capabilities() const override { return capabilities_; }

  Result<void> check() override { return depot_->check(); }

  Result<std::unique_ptr<sdk::Load>> begin(const sdk::LoadRequest& request) override {
    TRY(sdk::check_request(request, capabilities_));
    auto paths = TRY(plan_paths(request));
    auto claim = TRY(claim_for({request.load_id, request.pipeline, request.partition.key, std::move(paths)}));
    std::vector<TablePlan> plans;
    for (std::size_t i = 0; i < request.tables.size(); ++i) {
      plans.push_back(TRY(plan_table(request, i, *claim).within("table " + request.tables[i].table)));
    }
    return std::unique_ptr<sdk::Load>(
        std::make_unique<FilesLoad>(depot_, request, std::move(claim), std::move(plans)));
  }

  Result<std::vector<model::LedgerEntry>> find_load(const std::string& pipeline,
                                                    const std::string& key) override {
    // Of many small loads each would ask in vain. begin() makes sure of it with what it writes anyway.
    const auto file = loads_name(pipeline, key);
    const bool is_absent = has_looked_ && TRY(depot_->is_known_absent(file));
    assume_absent(file, is_absent);
    if (is_absent) return std::vector<model::LedgerEntry>();
    TRY(finish_interrupted(PartitionName{pipeline, key}));
    std::vector<model::LedgerEntry> newest;
    for (auto& record : TRY(ledger_.partition(pipeline, key))) {
      std::erase_if(newest, [&](const auto& older) { return older.table == record.entry.table; });
      newest.push_back(std::move(record.entry));
    }
    return newest;
  }

  Result<std::vector<model::LedgerEntry>> ledger(const std::string& pipeline) override {
    TRY(finish_interrupted({}));
    std::vector<model::LedgerEntry> entries;
    for (auto& record : TRY(ledger_.all(pipeline))) entries.push_back(std::move(record.entry));
    return entries;
  }

  std::string query_hint(const std::string& table) const override {
    auto pattern = options_.path.value_or(fmt::format("{{{{ table }}}}/*{}", options_.extension()));
    replace_all(pattern, "table", encode_name(table));
    for (auto at = pattern.find("{{"); at != pattern.npos; at = pattern.find("{{")) {
      const auto end = pattern.find("}}", at);
      pattern.replace(at, end == pattern.npos ? end : end + 2 - at, "*");
    }
    std::string command = fmt::format("FROM {}", sql_literal(depot_->shown(pattern)));
    for (auto at = command.find_first_of("\"$`\\"); at != command.npos;
         at = command.find_first_of("\"$`\\", at + 2)) {
      command.insert(at, "\\");
    }
    return fmt::format("duckdb -c \"{}\"", command);
  }

 private:
  Result<std::vector<std::string>> plan_paths(const sdk::LoadRequest& request) const {
    std::vector<std::string> paths;
    for (const auto& target : request.tables) {
      auto path = TRY(expand_path(options_, request, target).within("table " + target.table));
      if (std::find(paths.begin(), paths.end(), path) != paths.end()) {
        return fail(ErrorCode::InvalidConfig,
                    "two tables go into the file '{}'; put {{{{ table }}}} into option path", path);
      }
      paths.push_back(std::move(path));
    }
    return paths;
  }

  // What the head holds when this destination first looks may be of a weir that was killed long ago.
  // Later it is mostly of one that is at work, and matters only to who asks for the same.
  Result<void> finish_interrupted(const Concern& concern) {
    TRY(ledger_.finish_interrupted(has_looked_ ? concern : Concern()));
    has_looked_ = true;
    return {};
  }

  void assume_absent(const std::string& ledger_file, bool is_absent) {
    const std::lock_guard lock(assumed_mutex_);
    if (is_absent)
      assumed_absent_.insert(ledger_file);
    else
      assumed_absent_.erase(ledger_file);
  }

  Result<std::unique_ptr<Claim>> claim_for(ClaimRequest request) {
    const auto live = [ledger = ledger_] { return all_live_files(ledger); };
    if (!has_looked_) TRY(finish_interrupted({}));
    {
      const std::lock_guard lock(assumed_mutex_);
      const auto file = loads_name(request.pipeline, request.partition);
      if (assumed_absent_.erase(file) > 0) request.absent = file;
    }
    for (int attempt = 0; attempt < kClaimAttempts; ++attempt) {
      if (auto claim = TRY(depot_->claim(request, live))) return claim;
      TRY(finish_interrupted(PartitionName{request.pipeline, request.partition}));
      if (request.absent.empty()) continue;
      TRY(check_still_absent(request));
      request.absent.clear();
    }
    return fail(ErrorCode::Conflict,
                "other loads published {} times while the load {} was about to begin; run it again",
                kClaimAttempts, request.load_id);
  }

  // Who asked for the load believes that there was none.
  Result<void> check_still_absent(const ClaimRequest& request) const {
    if (TRY(ledger_.partition(request.pipeline, request.partition)).empty()) return {};
    return fail(ErrorCode::Conflict,
                "somebody else has loaded partition {} of pipeline {} a moment ago; run it again to see "
                "whether anything is left to do",
                request.partition, request.pipeline);
  }

  static Result<std::vector<std::string>> all_live_files(const FilesLedger& ledger) {
    const auto records = TRY(ledger.all(""));
    std::set<std::string> tables;
    for (const auto& record : records) tables.insert(record.entry.table);
    std::vector<std::string> paths;
    for (const auto& table : tables) {
      for (const auto& record : live_files(records, table)) paths.push_back(record.file->path);
    }
    return paths;
  }

  /// All records, with those of what is being published right now.
  Result<std::vector<LoadRecord>> all_records() const {
    TRY(ledger_.finish_interrupted({}));
    return ledger_.all("");
  }

  Result<TablePlan> plan_table(const sdk::LoadRequest& request, std::size_t index, Claim& claim) const {
    TablePlan plan;
    plan.target = request.tables[index];
    plan.path = TRY(expand_path(options_, request, plan.target));
    if (options_.manifest == Manifest::Redshift) {
      plan.manifest = TRY(manifest_path(plan.target, request.partition.key));
    }
    auto& file = claim.file(index);
    if (file.staged_name()) TRY(check_owner(request, plan));
    const auto known = TRY(ledger_.table(plan.target.table));
    TRY(check_own_rows(ledger_, known, request, plan.target));
    WriterRequest writer{*depot_,         claim,   file, plan.target.schema, plan.target.schema,
                         plan.target.key, options_};
    const auto after = TRY(columns_after(known, plan.target));
    if (plan.target.write == WriteMode::Merge) {
      writer.columns = after;
      plan.merged = live_files(TRY(all_records()), plan.target.table);
      std::vector<DataFile> older;
      for (const auto& record : plan.merged) older.push_back(*record.file);
      plan.writer = TRY(make_merge_writer(writer, std::move(older)));
    } else if (options_.format == FileFormat::Parquet) {
      // A file's types are those of the table, so that its files can be read together.
      for (auto& column : writer.columns.columns) column.type = after.columns[*after.find(column.name)].type;
      plan.writer = TRY(make_parquet_writer(writer));
    } else {
      plan.writer = TRY(make_text_writer(writer));
    }
    return plan;
  }

  // A file that replaces those of all partitions would leave their manifests wrong.
  static Result<std::string> manifest_path(const sdk::TableTarget& target, const std::string& partition) {
    if (target.write == WriteMode::Append || target.write == WriteMode::ReplacePartition)
      return manifest_name(target.table, partition);
    return fail(ErrorCode::InvalidConfig,
                "option manifest lists the files of a partition, so it goes with write: replace_partition or "
                "append");
  }

  // A file is only ever replaced by the partition (or table) that wrote it.
  Result<void> check_owner(const sdk::LoadRequest& request, const TablePlan& plan) const {
    if (!TRY(depot_->holds(plan.path))) return {};
    for (const auto& record : TRY(ledger_.partition(request.pipeline, request.partition.key))) {
      if (record.file && record.file->path == plan.path) return {};
    }
    const auto all = TRY(all_records());
    const auto owner = std::find_if(all.rbegin(), all.rend(), [&](const LoadRecord& record) {
      return record.file && record.file->path == plan.path;
    });
    if (owner == all.rend()) {
      return fail(ErrorCode::Conflict,
                  "the file '{}' was not written by weir; move it away, or change option path",
                  depot_->shown(plan.path));
    }
    const bool replaces_all =
        plan.target.write == WriteMode::Replace || plan.target.write == WriteMode::Merge;
    if (replaces_all && owner->entry.table == plan.target.table) return {};
    return fail(ErrorCode::InvalidConfig,
                "the file '{}' belongs to partition {} of pipeline {}; put {{{{ partition.key }}}} or "
                "{{{{ pipeline }}}} into option path",
                depot_->shown(plan.path), owner->entry.partition, owner->entry.pipeline);
  }

  FilesDestinationOptions options_;
  std::shared_ptr<Depot> depot_;
  FilesLedger ledger_;
  std::atomic<bool> has_looked_ = false;
  std::mutex assumed_mutex_;
  std::set<std::string> assumed_absent_;  ///< files of the ledger, by find_load()
  sdk::DestinationCapabilities capabilities_;
};

}  // namespace

Result<std::unique_ptr<sdk::Destination>> make_destination(const FilesDestinationOptions& options,
                                                           std::shared_ptr<Depot> depot) {
  if (options.without_rows == WithoutRows::File &&
      (options.format != FileFormat::Csv || !options.csv.header)) {
    return fail(
        ErrorCode::InvalidConfig,
        "option without_rows: file leaves a file with a header, so it goes with format: csv and its header");
  }
  if (options.format == FileFormat::Csv) {
    const model::Schema none;
    TRY(formats::make_csv_writer(none, options.csv));
  }
  return std::unique_ptr<sdk::Destination>(std::make_unique<FilesDestination>(options, std::move(depot)));
}

Result<std::unique_ptr<sdk::Destination>> make_bucket_destination(const FilesDestinationOptions& options,
                                                                  std::shared_ptr<io::ObjectStore> store) {
  const auto relative = fs::path(options.folder).relative_path().lexically_normal();
  auto prefix = relative == "." ? "" : relative.string();
  if (prefix.starts_with("..")) {
    return fail(ErrorCode::InvalidConfig, "option folder is '{}'; it must lie inside the bucket",
                options.folder);
  }
  if (!prefix.empty() && !prefix.ends_with('/')) prefix += '/';
  return make_destination(options, make_bucket_depot(std::move(store), prefix));
}

Result<std::unique_ptr<sdk::Destination>> make_files_destination(const FilesDestinationOptions& options,
                                                                 const std::string& project_folder) {
  const fs::path folder = fs::path(project_folder) / options.folder;
  return make_destination(options, make_folder_depot(folder.lexically_normal()));
}

}  // namespace weir::files

// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "connectors/files/source_blocks.h"
#include "connectors/files/source_objects.h"
#include "connectors/files/source_parquet.h"
#include "connectors/files/source_paths.h"

namespace weir::files {
namespace {

/// Whether the partition is an object, and its key the object's.
bool is_object(const model::Partition& partition) { return !partition.window && partition.key != "all"; }

class FilesSource final : public sdk::Source {
 public:
  FilesSource(FilesSourceOptions options, ReadPlan plan)
      : options_(std::move(options)), plan_(std::move(plan)) {}

  Result<void> check() override {
    TRY(check_places());
    if (partitions_inputs() || options_.match) return {};
    for (const auto& input : TRY(inputs(model::Partition{"all", std::nullopt}))) {
      const bool is_archive = plan_.archive_kind(input.name) != formats::ArchiveKind::None;
      if (plan_.tables.size() == 1 && !is_archive) TRY(plan_.format_of(0, input.name));
      TRY(plan_.place->open(input, nullptr));
    }
    return {};
  }

  Result<std::vector<sdk::InputStamp>> inputs(const model::Partition& partition) override {
    std::map<std::string, sdk::InputStamp> found;
    std::vector<std::string> wanted;
    for (const auto& path : options_.path) {
      wanted.push_back(is_object(partition) ? partition.key : TRY(model::expand(path, partition)));
    }
    for (auto& file : TRY(files_of(partition, wanted))) found.emplace(file.stamp.name, file.stamp);
    // No file may be right; no folder is a mistake that must not pass for an empty partition.
    if (found.empty()) TRY(check_places());
    if (found.empty() && (options_.on_missing == OnMissing::Fail || is_object(partition))) {
      return fail(ErrorCode::NotFound, "no file matches {} in {}; bring the files{}",
                  fmt::format("{}", fmt::join(wanted, ", ")), plan_.place->name(),
                  is_object(partition) ? "" : ", or set `on_missing: empty`");
    }
    std::vector<sdk::InputStamp> stamps;
    for (auto& [name, stamp] : found) stamps.push_back(std::move(stamp));
    return stamps;
  }

  Result<std::unique_ptr<sdk::Extraction>> open(const model::Partition&,
                                                const std::vector<sdk::InputStamp>& inputs) override {
    const auto name = inputs.empty() ? options_.path.front() : inputs.front().name;
    if (plan_.tables.size() == 1 && plan_.archive_kind(name) == formats::ArchiveKind::None) {
      if (TRY(plan_.format_of(0, name)) == "parquet") {
        return open_parquet(plan_.place, inputs, plan_.tables.front().read.columns);
      }
    }
    return TextExtraction::open(plan_, inputs);
  }

  Result<std::unique_ptr<sdk::Extraction>> replay(const model::Partition&,
                                                  const std::vector<sdk::Reject>& rows) override {
    return open_replay(plan_, rows);
  }

  bool partitions_inputs() const override {
    return std::any_of(options_.path.begin(), options_.path.end(), has_placeholder);
  }

  Result<std::optional<Timestamp>> earliest() override {
    std::optional<Timestamp> first;
    for (const auto& path : options_.path) {
      if (!has_placeholder(path)) continue;
      const auto found = TRY(earliest_match(*plan_.place, path));
      if (found && (!first || *found < *first)) first = found;
    }
    return first;
  }

  Result<std::vector<sdk::Offer>> offers() override {
    TRY(check_places());
    return find_offers(options_, *plan_.place);
  }

  Result<std::vector<std::string>> settle(const model::Partition& partition,
                                          const sdk::Settlement& settlement) override {
    if (!options_.after || !is_object(partition)) return std::vector<std::string>();
    return settle_object(*options_.after, *plan_.place, partition, settlement);
  }

 private:
  Result<std::vector<PlacedFile>> files_of(const model::Partition& partition,
                                           const std::vector<std::string>& paths) const {
    if (!is_object(partition)) return ObjectFilter(options_).files(*plan_.place, paths);
    std::vector<PlacedFile> files;
    const auto after = options_.after.value_or(AfterOptions{});
    if (auto object = TRY(locate_object(after, *plan_.place, partition))) files.push_back(*std::move(object));
    return files;
  }

  /// Whether the paths start at places that are there and may be listed.
  Result<void> check_places() const {
    for (const auto& path : options_.path) TRY(plan_.place->check(path));
    return {};
  }

  FilesSourceOptions options_;
  ReadPlan plan_;
};

}  // namespace

Result<std::unique_ptr<sdk::Source>> make_source(const FilesSourceOptions& options,
                                                 const std::vector<TableOptions>& tables,
                                                 std::shared_ptr<Place> place) {
  auto plan = TRY(make_plan(options, tables, std::move(place)));
  return std::make_unique<FilesSource>(options, std::move(plan));
}

}  // namespace weir::files

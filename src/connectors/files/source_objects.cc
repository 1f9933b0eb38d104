// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/source_objects.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>

#include "connectors/files/source_paths.h"
#include "model/partition.h"

namespace weir::files {
namespace {

using sdk::Offer;
using Outcome = sdk::Settlement::Outcome;

constexpr std::string_view kReport = ".error.json";

/// How all names that a template gives begin.
std::string beginning(const std::string& path) { return path.substr(0, path.find("{{")); }

std::vector<std::string> mark_paths(const FilesSourceOptions& options) {
  std::vector<std::string> paths;
  if (!options.after) return paths;
  for (const auto& path : {options.after->good, options.after->bad, options.after->superseded}) {
    if (path) paths.push_back(*path);
  }
  return paths;
}

using Marks = std::map<std::string, PlacedFile>;

/// All that lies where a template leads, listed once.
Result<Marks> list_marks(Place& place, const std::optional<std::string>& path) {
  Marks marks;
  if (!path) return marks;
  auto listed = place.below(beginning(*path));
  // A folder that nothing was filed into yet may be absent.
  if (!listed.ok() && listed.error().code() == ErrorCode::NotFound) return marks;
  for (auto& file : TRY(std::move(listed))) marks.emplace(file.stamp.name, file);
  return marks;
}

/// Whether the mark speaks of this version of the object.
Result<bool> is_marked(const Marks& marks, const std::optional<std::string>& path, const PlacedFile& object) {
  if (!path) return false;
  const auto found = marks.find(TRY(model::expand(*path, {object.stamp.name, std::nullopt})));
  return found != marks.end() && found->second.modified >= object.modified &&
         found->second.stamp.size == object.stamp.size;
}

Result<std::optional<PlacedFile>> find_at(Place& place, const std::optional<std::string>& path,
                                          const model::Partition& partition) {
  if (!path) return std::optional<PlacedFile>();
  return place.find(TRY(model::expand(*path, partition)));
}

const std::optional<std::string>& target_of(const AfterOptions& after, Outcome outcome) {
  if (outcome == Outcome::Bad) return after.bad;
  if (outcome == Outcome::Superseded && after.superseded) return after.superseded;
  return after.good;
}

}  // namespace

Result<std::vector<PlacedFile>> ObjectFilter::files(Place& place,
                                                    const std::vector<std::string>& paths) const {
  std::map<std::string, PlacedFile> found;
  const RE2 expression(options_.match.value_or(""));
  const RE2 skipped(options_.skip.value_or(""));
  for (const auto& path : paths) {
    const bool whole = options_.match || path.ends_with('/');
    for (auto& file : TRY(whole ? place.below(path) : place.matching(path)))
      found.emplace(file.stamp.name, file);
  }
  std::vector<PlacedFile> files;
  const auto marks = mark_paths(options_);
  for (auto& [name, file] : found) {
    const auto in = [&name = name](const std::string& path) {
      const auto start = beginning(path);
      return !start.empty() && name.starts_with(start);
    };
    if (std::any_of(marks.begin(), marks.end(), in)) continue;
    if (options_.match && !RE2::PartialMatch(name, expression)) continue;
    if (options_.skip && RE2::PartialMatch(name, skipped)) continue;
    files.push_back(std::move(file));
  }
  return files;
}

Result<std::vector<Offer>> find_offers(const FilesSourceOptions& options, Place& place) {
  for (const auto& path : options.path) {
    if (!has_placeholder(path)) continue;
    return fail(ErrorCode::InvalidConfig,
                "the path {} differs by partition, but the objects are the partitions", path);
  }
  auto files = TRY(ObjectFilter(options).files(place, options.path));
  std::sort(files.begin(), files.end(), [](const auto& one, const auto& other) {
    return std::pair(one.modified, one.stamp.name) < std::pair(other.modified, other.stamp.name);
  });
  const auto after = options.after.value_or(AfterOptions{});
  const auto good = TRY(list_marks(place, after.good));
  const auto bad = TRY(list_marks(place, after.bad));
  const auto superseded = TRY(list_marks(place, after.superseded));
  std::vector<Offer> offers;
  for (const auto& file : files) {
    Offer offer;
    offer.partition.key = file.stamp.name;
    offer.input = file.stamp;
    offer.modified = file.modified;
    if (options.after) offer.mark = Offer::Mark::None;
    // What is to be moved and is still here was not filed away whole. A bad one is tried again.
    const bool moves = after.action == Action::Move;
    if (!moves && TRY(is_marked(bad, after.bad, file))) offer.mark = Offer::Mark::Bad;
    if (TRY(is_marked(good, after.good, file)) || TRY(is_marked(superseded, after.superseded, file))) {
      offer.mark = Offer::Mark::Good;
      if (moves) offer.filing = Offer::Filing::Half;
    }
    offers.push_back(std::move(offer));
  }
  return offers;
}

Result<std::optional<PlacedFile>> locate_object(const AfterOptions& after, Place& place,
                                                const model::Partition& partition) {
  auto found = TRY(place.find(partition.key));
  if (found || after.action == Action::Copy) return found;
  if ((found = TRY(find_at(place, after.bad, partition)))) return found;
  return find_at(place, after.good, partition);
}

Result<std::vector<std::string>> settle_object(const AfterOptions& after, Place& place,
                                               const model::Partition& partition,
                                               const sdk::Settlement& settlement) {
  std::vector<std::string> done;
  const auto& path = target_of(after, settlement.outcome);
  if (!path) return done;
  const auto target = TRY(model::expand(*path, partition));
  const auto object = TRY(locate_object(after, place, partition));
  if (!object) return done;  // filed away by hand, or removed
  const auto& from = object->stamp.name;
  for (const auto& loaded : settlement.inputs) {
    if (loaded.name != from || loaded.version == object->stamp.version) continue;
    done.push_back(from + " was replaced since it was read, so it stays for the next run");
    return done;
  }
  const auto there = TRY(place.find(target));
  const bool same = there && there->stamp.size == object->stamp.size && there->modified >= object->modified;
  if (from != target && !same) {
    TRY(place.copy(from, target).within(fmt::format("copying {} to {}", from, target)));
    const auto copy = TRY(place.find(target));
    if (!copy || copy->stamp.size != object->stamp.size) {
      return fail(ErrorCode::Unavailable, "{} is not whole after copying {} there", target, from);
    }
    done.push_back(fmt::format("copied {} to {}", from, target));
  }
  if (settlement.outcome == Outcome::Bad) {
    TRY(place.write(target + std::string(kReport), settlement.report_json));
  } else if (after.bad) {
    // It was bad once and is not any more: it stays in one place.
    const auto bad = TRY(model::expand(*after.bad, partition));
    if (bad == from || TRY(place.find(bad))) TRY(place.remove(bad + std::string(kReport)));
    if (bad != from && bad != target) TRY(place.remove(bad));
  }
  if (after.action == Action::Move && from != target) {
    TRY(place.remove(from));
    done.push_back("removed " + from);
  }
  return done;
}

}  // namespace weir::files

// SPDX-License-Identifier: Apache-2.0
// A depot in a bucket. Nothing there locks, so a turn is a look at the head, and deciding is replacing
// the head that was seen. A claim ends when another load takes it, which the head tells, too.
#include "connectors/files/destination_bucket.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "formats/content_hash.h"
#include "io/object_reader.h"

namespace weir::files {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReaders = 8;
constexpr int kForgets = 20;

bool holds_any(const std::vector<std::string>& names, const std::vector<std::string>& wanted) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::find(wanted.begin(), wanted.end(), name) != wanted.end();
  });
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class BucketTurn final : public Turn {
 public:
  BucketTurn(std::shared_ptr<Bucket> bucket, std::unique_lock<std::mutex> lock, SeenHead seen)
      : bucket_(std::move(bucket)), lock_(std::move(lock)), seen_(std::move(seen)) {}

  Result<std::vector<SmallFile>> decided() override {
    std::vector<SmallFile> journals;
    if (seen_.head.decided_load) journals.push_back({HeadObject::kName, seen_.head.journal, seen_.version});
    return journals;
  }

  Result<Decision> decide(const std::string& load_id, const std::string& journal) override {
    if (seen_.head.decided_load) return Decision::Overtaken;
    if (seen_.head.claim_of(load_id) == nullptr) return claim_is_lost(load_id);
    auto next = seen_.head;
    std::erase_if(next.claims, [&](const ClaimRecord& claim) { return claim.load_id == load_id; });
    next.decided_load = load_id;
    next.journal = journal;
    const auto replaced = bucket_->head.replace(seen_, std::move(next));
    just_decided_ = replaced.ok();
    if (replaced.ok()) return Decision::Decided;
    if (replaced.error().code() == ErrorCode::Conflict) return Decision::Overtaken;
    return Failure(replaced.error());
  }

  Result<bool> is_due(const std::string& load_id) override {
    if (seen_.head.decided_load == load_id) {
      if (std::exchange(just_decided_, false)) return true;
      const auto now = bucket_->store->head(bucket_->key(HeadObject::kName));
      if (now.ok() && now->version == seen_.version) return true;
    }
    return TRY(bucket_->head.read()).head.decided_load == load_id;
  }

  Result<void> forget(const std::string& load_id) override {
    for (int attempt = 0; attempt < kForgets; ++attempt) {
      if (seen_.head.decided_load != load_id) return {};
      auto next = seen_.head;
      next.decided_load.reset();
      const auto replaced = bucket_->head.replace(seen_, std::move(next));
      if (replaced.ok() || replaced.error().code() != ErrorCode::Conflict) return replaced;
      seen_ = TRY(bucket_->head.read());
    }
    return fail(ErrorCode::Conflict, "{} changes all the time", bucket_->shown(HeadObject::kName));
  }

  std::string journal(const std::string&) const override { return HeadObject::kName; }

 private:
  std::shared_ptr<Bucket> bucket_;
  std::unique_lock<std::mutex> lock_;
  SeenHead seen_;
  bool just_decided_ = false;  // and nothing was done since
};

/// Reads many small objects side by side.
class ManyReader {
 public:
  ManyReader(const Bucket& bucket, std::vector<io::ObjectInfo> objects)
      : bucket_(bucket), objects_(std::move(objects)), texts_(objects_.size()) {}

  Result<std::vector<SmallFile>> read() {
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < std::min(kReaders, objects_.size()); ++i) {
      threads.emplace_back([this] { work(); });
    }
    work();
    for (auto& thread : threads) thread.join();
    std::vector<SmallFile> files;
    for (std::size_t i = 0; i < objects_.size(); ++i) {
      auto text = TRY(std::move(*texts_[i]));
      if (!text) continue;
      files.push_back(
          {objects_[i].key.substr(bucket_.prefix.size()), std::move(text->text), std::move(text->version)});
    }
    return files;
  }

 private:
  void work() {
    for (auto i = next_++; i < objects_.size(); i = next_++) texts_[i].emplace(read_one(objects_[i]));
  }

  Result<std::optional<ObjectText>> read_one(const io::ObjectInfo& object) const {
    auto text = bucket_.store->read(object.key, {0, object.size}, object.version);
    if (text.ok()) return std::optional(ObjectText{*std::move(text), object.version});
    if (text.error().code() == ErrorCode::Conflict || text.error().code() == ErrorCode::NotFound) {
      return read_object(*bucket_.store, object.key);
    }
    return Failure(std::move(text).error());
  }

  const Bucket& bucket_;
  std::vector<io::ObjectInfo> objects_;
  std::vector<std::optional<Result<std::optional<ObjectText>>>> texts_;
  std::atomic<std::size_t> next_ = 0;
};

class BucketDepot final : public Depot {
 public:
  explicit BucketDepot(std::shared_ptr<Bucket> bucket) : bucket_(std::move(bucket)) {}

  std::string shown(const std::string& name) const override { return bucket_->shown(name); }

  Result<void> check() override {
    TRY(bucket_->store->list(bucket_->prefix, ""));
    return {};
  }

  Result<std::optional<SmallFile>> read(const std::string& name) override {
    if (auto known = known_table(name)) {
      const auto now = bucket_->store->head(bucket_->key(name));
      if (now.ok() && now->version == known->version) return known;
    }
    auto found = TRY(read_object(*bucket_->store, bucket_->key(name)));
    if (!found) return std::optional<SmallFile>();
    remember_table(name, *found);
    return std::optional(SmallFile{name, std::move(found->text), std::move(found->version)});
  }

  Result<std::vector<SmallFile>> read_below(const std::string& folder) override {
    auto objects = TRY(io::list_all(*bucket_->store, bucket_->key(folder) + "/"));
    std::erase_if(objects, [](const io::ObjectInfo& object) { return !object.key.ends_with(".json"); });
    return ManyReader(*bucket_, std::move(objects)).read();
  }

  Result<void> write(const SmallFile& file) override {
    using Kind = io::Precondition::Kind;
    const io::Precondition condition{file.version.empty() ? Kind::Absent : Kind::Version, file.version};
    auto written = TRY(bucket_->store->put(bucket_->key(file.name), file.text,
                                           {.content_type = "application/json", .precondition = condition}));
    remember_table(file.name, {file.text, std::move(written.version)});
    return {};
  }

  Result<bool> holds(const std::string& name) override { return bucket_->holds(name); }

  Result<Measured> measure(const std::string& name) override {
    formats::ContentHash hash;
    Measured measured;
    TRY(read_data(name, [&](std::string_view piece) {
      hash.update(piece);
      measured.bytes += piece.size();
      return Result<void>();
    }));
    hash.end_input();
    measured.hash = hash.hex();
    return measured;
  }

  Result<fs::path> local(const std::string& name, const fs::path& scratch) override {
    const auto path = scratch / encode_name(name);
    auto file = TRY(OutputFile::create(path));
    TRY(read_data(name, [&](std::string_view piece) { return file.write(piece); }));
    TRY(file.close());
    return path;
  }

  Result<void> put_in_place(const std::string& from, const std::string& to) override {
    TRY(bucket_->store->copy(bucket_->key(from), bucket_->key(to)));
    return {};
  }
  Result<void> remove(const std::string& name) override { return bucket_->store->remove(bucket_->key(name)); }

  Result<bool> has_decided() override { return TRY(bucket_->head.read()).head.decided_load.has_value(); }

  Result<std::unique_ptr<Turn>> take_turn() override {
    std::unique_lock lock(bucket_->turn);
    auto seen = TRY(bucket_->head.read());
    return std::unique_ptr<Turn>(std::make_unique<BucketTurn>(bucket_, std::move(lock), std::move(seen)));
  }

  Result<std::unique_ptr<Claim>> claim(const ClaimRequest& request, const LiveFiles& live) override;

 private:
  /// What the head says of a claim that is to be made, and what it takes over.
  struct PlannedClaim {
    std::vector<BucketTarget> targets;
    ClaimRecord record;
    std::vector<std::string> left;  ///< by loads whose claims it takes
  };
  Result<PlannedClaim> plan_claim(const ClaimRequest& request, Head& next) const;
  Result<void> remove_left(PlannedClaim& planned, const ClaimRequest& request, const LiveFiles& live) const;

  // Every load looks at these, and they hardly ever change.
  static bool is_table(const std::string& name) { return name.starts_with("_weir/tables/"); }
  std::optional<SmallFile> known_table(const std::string& name) const {
    const std::lock_guard lock(bucket_->tables_mutex);
    const auto known = bucket_->tables.find(name);
    if (known == bucket_->tables.end()) return std::nullopt;
    return SmallFile{name, known->second.text, known->second.version};
  }
  void remember_table(const std::string& name, const ObjectText& seen) {
    if (!is_table(name)) return;
    const std::lock_guard lock(bucket_->tables_mutex);
    bucket_->tables.insert_or_assign(name, seen);
  }

  template <typename Take>
  Result<void> read_data(const std::string& name, const Take& take) const {
    const auto info = TRY(bucket_->store->head(bucket_->key(name)));
    const auto reader = TRY(io::ObjectReader::open(*bucket_->store, info));
    std::string piece(std::size_t{1} << 20U, '\0');
    while (const auto count = TRY(reader->read(piece.data(), piece.size()))) {
      TRY(take(std::string_view(piece.data(), count)));
    }
    return {};
  }

  std::shared_ptr<Bucket> bucket_;
};

Result<std::unique_ptr<Claim>> BucketDepot::claim(const ClaimRequest& request, const LiveFiles& live) {
  const std::lock_guard turn(bucket_->turn);
  {
    const std::lock_guard lock(bucket_->under_way_mutex);
    if (bucket_->under_way.contains(request.load_id)) {
      return fail(ErrorCode::Conflict, "the load {} is under way already; wait until it is over",
                  request.load_id);
    }
  }
  auto seen = TRY(bucket_->head.seen_last());
  if (seen.head.decided_load) return std::unique_ptr<Claim>();
  auto next = seen.head;
  auto planned = TRY(plan_claim(request, next));
  const auto replaced = bucket_->head.replace(seen, std::move(next));
  if (!replaced.ok() && replaced.error().code() == ErrorCode::Conflict) return std::unique_ptr<Claim>();
  if (!replaced.ok()) return Failure(replaced.error());
  TRY(remove_left(planned, request, live));
  {
    const std::lock_guard lock(bucket_->under_way_mutex);
    bucket_->under_way.insert(request.load_id);
  }
  return std::unique_ptr<Claim>(std::make_unique<BucketClaim>(bucket_, request.load_id, planned.targets));
}

Result<BucketDepot::PlannedClaim> BucketDepot::plan_claim(const ClaimRequest& request, Head& next) const {
  PlannedClaim planned;
  for (const auto& claim : next.claims) {
    const bool same = claim.pipeline == request.pipeline && claim.partition == request.partition;
    if (!same && claim.load_id != request.load_id && !holds_any(claim.files, request.paths)) continue;
    planned.left.insert(planned.left.end(), claim.files.begin(), claim.files.end());
  }
  std::erase_if(next.claims, [&](const ClaimRecord& claim) {
    return (claim.pipeline == request.pipeline && claim.partition == request.partition) ||
           claim.load_id == request.load_id || holds_any(claim.files, request.paths);
  });
  planned.record = {request.pipeline, request.partition, request.load_id, planned.left};
  for (std::size_t i = 0; i < request.paths.size(); ++i) {
    const auto& path = request.paths[i];
    // A file that somebody else put there must never stand in a claim, or it would be removed.
    const bool is_free = contains(planned.left, path) || !TRY(bucket_->holds(path));
    BucketTarget target{staged_name(request.load_id, i), BucketTarget::Way::Staged};
    if (is_free) target = {path, BucketTarget::Way::Direct};
    planned.record.files.push_back(target.name);
    planned.targets.push_back(std::move(target));
  }
  next.claims.push_back(planned.record);
  return planned;
}

// Whoever had a claim that was taken can publish no more, because the head does not hold it.
Result<void> BucketDepot::remove_left(PlannedClaim& planned, const ClaimRequest& request,
                                      const LiveFiles& live) const {
  if (planned.left.empty()) return {};
  const auto kept = TRY(live());
  for (const auto& name : planned.left) {
    // Parts that nobody sees need a right of their own to be listed, and do no harm.
    const auto ended = bucket_->store->abandon_uploads(bucket_->key(name));
    if (!ended.ok() && ended.error().code() != ErrorCode::PermissionDenied) return ended;
    if (!contains(kept, name)) TRY(bucket_->store->remove(bucket_->key(name)));
  }
  for (std::size_t i = 0; i < planned.targets.size(); ++i) {
    auto& target = planned.targets[i];
    const bool is_taken = target.way == BucketTarget::Way::Direct && contains(kept, target.name);
    if (is_taken) target = {staged_name(request.load_id, i), BucketTarget::Way::Staged};
  }
  return {};
}

}  // namespace

Failure claim_is_lost(const std::string& load_id) {
  return fail(
      ErrorCode::Conflict,
      "another load of the same partition, or into the same files, has begun since the load {} did, so "
      "only that one may publish; see that only one weir at a time loads the partition, and run it again",
      load_id);
}

std::shared_ptr<Depot> make_bucket_depot(std::shared_ptr<io::ObjectStore> store, const std::string& prefix) {
  return std::make_shared<BucketDepot>(std::make_shared<Bucket>(std::move(store), prefix));
}

}  // namespace weir::files

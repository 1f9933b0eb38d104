// SPDX-License-Identifier: Apache-2.0
// A depot in a bucket. A claim ends when another load takes it, which the head tells.
#include "connectors/files/destination_bucket.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <utility>

#include "formats/content_hash.h"
#include "io/object_reader.h"

namespace weir::files {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReaders = 8;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

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
  // Who finds a publication that is carried out only looks whether it is. It throws as little as the end of
  // a claim does.
  // NOLINTNEXTLINE(bugprone-exception-escape)
  ~BucketDepot() override { (void)bucket_->head.forget_now(); }
  BucketDepot(const BucketDepot&) = delete;
  BucketDepot& operator=(const BucketDepot&) = delete;

  std::string shown(const std::string& name) const override { return bucket_->shown(name); }

  Result<void> check() override {
    TRY(bucket_->store->list(bucket_->prefix, ""));
    return {};
  }

  Result<std::optional<SmallFile>> read(const std::string& name) override {
    const auto head = TRY(bucket_->head.seen_last());
    auto text = bucket_->known.find(name, head.others);
    if (!text) text = TRY(ask_for(name, head));
    if (!*text) return std::optional<SmallFile>();
    return std::optional(SmallFile{name, std::move((*text)->text), std::move((*text)->version)});
  }

  Result<bool> is_known_absent(const std::string& name) override {
    return is_known_absent(name, TRY(bucket_->head.seen_last()));
  }

  Result<std::vector<SmallFile>> read_below(const std::string& folder) override {
    const auto head = TRY(bucket_->head.seen_last());
    const auto reading = bucket_->known.begin_reading(folder);
    auto files = list(folder);
    if (files.ok() && !has_left_over(head)) {
      std::set<std::string> names;
      for (const auto& file : *files) names.insert(file.name);
      bucket_->known.learn_names(reading, folder, head.others, std::move(names));
    } else {
      bucket_->known.end_reading(reading);
    }
    return files;
  }

  Result<void> write(const SmallFile& file) override {
    using Kind = io::Precondition::Kind;
    const io::Precondition condition{file.version.empty() ? Kind::Absent : Kind::Version, file.version};
    TRY(bucket_->store->put(bucket_->key(file.name), file.text,
                            {.content_type = "application/json", .precondition = condition}));
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

  Result<bool> has_decided(const Concern& concern) override {
    const auto head = TRY(bucket_->head.look());
    bool any = false;
    for (const auto& each : head.decided) {
      if (!concerns(head, each, concern)) continue;
      if (bucket_->is_left_over(each))
        any = true;
      else
        bucket_->own.wait_until_put_down(each.load_id);
    }
    return any;
  }

  Result<std::unique_ptr<Turn>> take_turn(TurnKind kind, const Concern& concern) override {
    bucket_->own.enter(kind);
    const bool is_alone = kind == TurnKind::Alone;
    auto seen = is_alone ? bucket_->head.look() : bucket_->head.seen_last();
    if (seen.ok()) return make_bucket_turn(bucket_, kind, is_alone ? Concern() : concern, *std::move(seen));
    bucket_->own.leave(kind);
    return Failure(std::move(seen).error());
  }

  Result<std::unique_ptr<Claim>> claim(const ClaimRequest& request, const LiveFiles& live) override;

 private:
  /// What the head says of a claim that is to be made, and what it takes over.
  struct PlannedClaim {
    std::vector<BucketTarget> targets;
    ClaimRecord record;
    std::vector<std::string> left;  ///< by loads whose claims it takes
  };
  Result<std::unique_ptr<Claim>> make_claim(const ClaimRequest& request, const LiveFiles& live) const;
  static PlannedClaim plan_claim(const ClaimRequest& request, const std::vector<bool>& there, Head& next);
  Result<void> remove_left(const PlannedClaim& planned, const LiveFiles& live) const;

  bool is_known_absent(const std::string& name, const Head& head) const {
    const auto known = bucket_->known.find(name, head.others);
    return known && !known->has_value();
  }

  bool has_left_over(const Head& head) const {
    return std::any_of(head.decided.begin(), head.decided.end(),
                       [&](const auto& each) { return bucket_->is_left_over(each); });
  }

  Result<KnownFiles::Text> ask_for(const std::string& name, const Head& head) const {
    const auto reading = bucket_->known.begin_reading(name);
    auto text = read_unless_seen(name);
    if (text.ok() && !has_left_over(head))
      bucket_->known.learn(reading, name, head.others, *text);
    else
      bucket_->known.end_reading(reading);
    return text;
  }

  Result<KnownFiles::Text> read_unless_seen(const std::string& name) const {
    if (auto seen = bucket_->known.seen_last(name)) {
      const auto now = bucket_->store->head(bucket_->key(name));
      if (now.ok() && now->version == seen->version) return seen;
    }
    return read_object(*bucket_->store, bucket_->key(name));
  }

  Result<std::vector<SmallFile>> list(const std::string& folder) const {
    auto objects = TRY(io::list_all(*bucket_->store, bucket_->key(folder) + "/"));
    std::erase_if(objects, [](const io::ObjectInfo& object) { return !object.key.ends_with(".json"); });
    return ManyReader(*bucket_, std::move(objects)).read();
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
  if (!bucket_->own.begin(request.load_id)) {
    return fail(ErrorCode::Conflict, "the load {} is under way already; wait until it is over",
                request.load_id);
  }
  auto made = make_claim(request, live);
  if (!made.ok() || *made == nullptr) bucket_->own.end(request.load_id);
  return made;
}

Result<std::unique_ptr<Claim>> BucketDepot::make_claim(const ClaimRequest& request,
                                                       const LiveFiles& live) const {
  const auto seen = TRY(bucket_->head.seen_last());
  if (!request.absent.empty() && !is_known_absent(request.absent, seen)) return std::unique_ptr<Claim>();
  std::vector<bool> there;
  for (const auto& path : request.paths) there.push_back(TRY(bucket_->holds(path)));
  PlannedClaim planned;
  const auto verdict = TRY(bucket_->head.apply([&](Head& next) -> Result<SharedHead::Verdict> {
    // Somebody may have published to these names since they were looked for.
    if (next.others != seen.others || next.tables_at != seen.tables_at || next.holds_all_up() ||
        next.has_decided(request.pipeline, request.partition)) {
      return SharedHead::Verdict::Overtaken;
    }
    planned = plan_claim(request, there, next);
    return SharedHead::Verdict::Change;
  }));
  if (verdict == SharedHead::Verdict::Overtaken) return std::unique_ptr<Claim>();
  TRY(remove_left(planned, live));
  return std::unique_ptr<Claim>(
      std::make_unique<BucketClaim>(bucket_, std::move(planned.record), planned.targets, live));
}

BucketDepot::PlannedClaim BucketDepot::plan_claim(const ClaimRequest& request, const std::vector<bool>& there,
                                                  Head& next) {
  PlannedClaim planned;
  std::erase_if(next.claims, [&](const ClaimRecord& claim) {
    const bool is_taken = claim.is_of(request.pipeline, request.partition) ||
                          claim.load_id == request.load_id || claim.names_any(request.paths);
    if (is_taken) planned.left.insert(planned.left.end(), claim.files.begin(), claim.files.end());
    return is_taken;
  });
  planned.record = {request.pipeline, request.partition, request.load_id, planned.left};
  for (std::size_t i = 0; i < request.paths.size(); ++i) {
    const auto& path = request.paths[i];
    // A file that somebody else put there must never stand in a claim, or it would be removed. One that
    // the former owner of the claim may still be about to make must not be in this load's way.
    BucketTarget target{path, BucketTarget::Way::Direct};
    if (there[i] || contains(planned.left, path))
      target = {staged_name(request.load_id, i), BucketTarget::Way::Staged};
    planned.record.files.push_back(target.name);
    planned.targets.push_back(std::move(target));
  }
  next.claims.push_back(planned.record);
  return planned;
}

// Whoever had a claim that was taken can publish no more, because the head does not hold it.
Result<void> BucketDepot::remove_left(const PlannedClaim& planned, const LiveFiles& live) const {
  if (planned.left.empty()) return {};
  const auto kept = TRY(live());
  for (const auto& name : planned.left) {
    // Parts that nobody sees need a right of their own to be listed, and do no harm.
    const auto ended = bucket_->store->abandon_uploads(bucket_->key(name));
    if (!ended.ok() && ended.error().code() != ErrorCode::PermissionDenied) return ended;
    if (!contains(kept, name)) TRY(bucket_->store->remove(bucket_->key(name)));
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

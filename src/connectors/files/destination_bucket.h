// SPDX-License-Identifier: Apache-2.0
// What the parts of a bucket's depot share: the bucket, and the claim of one load in it. Used by
// destination_bucket*.cc only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/files/destination_depot.h"
#include "connectors/files/destination_known_files.h"
#include "connectors/files/destination_own_loads.h"
#include "connectors/files/destination_shared_head.h"
#include "connectors/files/writer_disk.h"
#include "io/object_store.h"

namespace weir::files {

/// Thread-safe.
struct Bucket {
  Bucket(std::shared_ptr<io::ObjectStore> objects, std::string before)
      : store(std::move(objects)), prefix(std::move(before)), head(*store, prefix + SharedHead::kName) {}

  std::string key(const std::string& name) const { return prefix + name; }
  std::string shown(const std::string& name) const { return store->uri(key(name)); }
  Result<bool> holds(const std::string& name) const;
  /// Decided by another process, or by a load of this one that has given up.
  bool is_left_over(const DecidedRecord& decided) const { return !own.is_carried(decided.load_id); }

  const std::shared_ptr<io::ObjectStore> store;
  const std::string prefix;  ///< of every key: empty, or with a slash at its end
  SharedHead head;
  KnownFiles known;
  OwnLoads own;
};

/// Whether something that is decided is to be carried out before somebody looks at what concerns him.
bool concerns(const Head& head, const DecidedRecord& decided, const Concern& concern);

/// A turn begins with what was seen of the head; whether that still holds shows when it decides.
std::unique_ptr<Turn> make_bucket_turn(std::shared_ptr<Bucket> bucket, TurnKind kind, Concern concern,
                                       Head seen);

/// What a load hears that may not publish any more.
Failure claim_is_lost(const std::string& load_id);

/// Where the file of a table is written to.
struct BucketTarget {
  std::string name;
  /// Direct: under its own name, because there is no such object. It comes to be in complete().
  enum class Way { Staged, Direct } way = Way::Staged;
};

class BucketFile final : public StagedFile {
 public:
  BucketFile(const Bucket& bucket, BucketTarget target, Claim& claim, std::size_t table)
      : bucket_(bucket), target_(std::move(target)), claim_(claim), table_(table) {}

  Result<void> write(std::string_view bytes) override;
  Result<void> close() override;
  Result<std::filesystem::path> local_path() override;
  Result<void> take_local() override;
  std::optional<std::string> staged_name() const override;

  const BucketTarget& target() const { return target_; }
  /// Whether complete() has something to do.
  bool is_open() const { return upload_ != nullptr; }
  /// Makes the object.
  Result<void> complete();
  /// Whether there may be an object that this load has made.
  bool may_exist() const { return may_exist_; }
  void give_up() { upload_.reset(); }

 private:
  const Bucket& bucket_;
  BucketTarget target_;
  Claim& claim_;
  std::size_t table_;
  std::unique_ptr<io::ObjectUpload> upload_;
  bool may_exist_ = false;
};

/// A claim that the bucket's head holds.
class BucketClaim final : public Claim {
 public:
  BucketClaim(std::shared_ptr<Bucket> bucket, ClaimRecord record, const std::vector<BucketTarget>& targets,
              LiveFiles live);
  ~BucketClaim() override;  // NOLINT(bugprone-exception-escape): see there
  BucketClaim(const BucketClaim&) = delete;
  BucketClaim& operator=(const BucketClaim&) = delete;

  StagedFile& file(std::size_t table) override { return *files_[table]; }
  Result<std::filesystem::path> scratch() override;
  Result<void> complete() override;

 private:
  Result<void> remove_written();
  Result<void> release();

  std::shared_ptr<Bucket> bucket_;
  ClaimRecord record_;
  LiveFiles live_;
  std::vector<std::unique_ptr<BucketFile>> files_;
  std::optional<HeldFolder> scratch_;
};

}  // namespace weir::files

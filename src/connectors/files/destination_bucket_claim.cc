// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "connectors/files/destination_bucket.h"

namespace weir::files {
namespace {

namespace fs = std::filesystem;

// The head changes when a load begins, publishes or ends; so many in a row is somebody's mistake.
constexpr int kHeadWrites = 20;
constexpr std::size_t kCopyBytes = 1U << 20;

/// A folder that only this user sees, for the scratch folders of loads.
Result<fs::path> scratch_root() {
  std::error_code error;
  const auto root = fs::temp_directory_path(error) / fmt::format("weir-scratch-{}", ::geteuid());
  if (error) return disk_failure("find the folder for temporary files", root, error.value());
  TRY(make_folder(root));
  fs::permissions(root, fs::perms::owner_all, error);
  if (error) return disk_failure("use the folder for temporary files", root, error.value());
  return root;
}

}  // namespace

Result<bool> Bucket::holds(const std::string& name) const {
  const auto found = store->head(key(name));
  if (found.ok()) return true;
  if (found.error().code() == ErrorCode::NotFound) return false;
  return Failure(found.error());
}

Result<void> BucketFile::write(std::string_view bytes) {
  if (!upload_) {
    io::PutOptions options;
    if (target_.way == BucketTarget::Way::Direct) options.precondition.kind = io::Precondition::Kind::Absent;
    upload_ = TRY(bucket_.store->upload(bucket_.key(target_.name), options));
  }
  return upload_->write(bytes);
}

Result<void> BucketFile::close() {
  if (target_.way == BucketTarget::Way::Direct) return {};
  return complete();
}

Result<void> BucketFile::complete() {
  if (!upload_) return {};
  may_exist_ = true;
  auto finished = upload_->finish();
  upload_.reset();
  if (finished.ok()) return {};
  if (finished.error().code() != ErrorCode::Conflict) return Failure(std::move(finished).error());
  may_exist_ = false;
  return fail(ErrorCode::Conflict,
              "somebody else has written {} since this load began; nothing was published, run it again",
              bucket_.shown(target_.name));
}

Result<fs::path> BucketFile::local_path() { return TRY(claim_.scratch()) / fmt::format("{}.part", table_); }

Result<void> BucketFile::take_local() {
  const auto path = TRY(local_path());
  std::ifstream file(path, std::ios::binary);
  if (!file) return disk_failure("read", path, errno);
  std::string piece(kCopyBytes, '\0');
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0) {
    TRY(write({piece.data(), static_cast<std::size_t>(file.gcount())}));
  }
  if (file.bad()) return disk_failure("read", path, EIO);
  TRY(close());
  return remove_file(path);
}

std::optional<std::string> BucketFile::staged_name() const {
  if (target_.way == BucketTarget::Way::Direct) return std::nullopt;
  return target_.name;
}

BucketClaim::BucketClaim(std::shared_ptr<Bucket> bucket, std::string load_id,
                         const std::vector<BucketTarget>& targets)
    : bucket_(std::move(bucket)), load_id_(std::move(load_id)) {
  for (const auto& target : targets) {
    files_.push_back(std::make_unique<BucketFile>(*bucket_, target, *this, files_.size()));
  }
}

BucketClaim::~BucketClaim() {
  for (auto& file : files_) file->give_up();
  // What cannot be removed now stays in the claim, for the next load of the partition to remove.
  if (fate() == Fate::Undecided && remove_written().ok()) (void)release();
  const std::lock_guard lock(bucket_->under_way_mutex);
  bucket_->under_way.erase(load_id_);
}

Result<fs::path> BucketClaim::scratch() {
  if (!scratch_) {
    const auto root = TRY(scratch_root());
    const auto lock = TRY(DiskLock::wait_for(root / "lock"));
    auto held = TRY(HeldFolder::create(root, fmt::format("{}-{}", ::getpid(), encode_name(load_id_)),
                                       [](const std::string&) { return Result<bool>(false); }));
    if (!held) return fail(ErrorCode::Conflict, "the load {} is under way elsewhere", load_id_);
    scratch_.emplace(*std::move(held));
  }
  return scratch_->path();
}

// Without the claim the files would be left for nobody to remove.
Result<void> BucketClaim::complete() {
  const bool any =
      std::any_of(files_.begin(), files_.end(), [](const auto& file) { return file->is_open(); });
  if (!any) return {};
  const auto seen = TRY(bucket_->head.seen_last());  // by the turn
  if (seen.head.claim_of(load_id_) == nullptr) return claim_is_lost(load_id_);
  for (auto& file : files_) TRY(file->complete());
  return {};
}

Result<void> BucketClaim::remove_written() {
  for (const auto& file : files_) {
    const bool is_staged = file->target().way == BucketTarget::Way::Staged;
    if (is_staged && file->may_exist()) TRY(bucket_->store->remove(bucket_->key(file->target().name)));
  }
  return remove_direct();
}

// Another load that has the claim by now writes the same names. The head is written before, so that
// a decision whose answer was lost and which comes late does not find what it has seen.
Result<void> BucketClaim::remove_direct() {
  std::vector<std::string> names;
  for (const auto& file : files_) {
    const bool is_direct = file->target().way == BucketTarget::Way::Direct;
    if (is_direct && file->may_exist()) names.push_back(file->target().name);
  }
  if (names.empty()) return {};
  for (int attempt = 0; attempt < kHeadWrites; ++attempt) {
    auto seen = TRY(bucket_->head.read());
    if (seen.head.claim_of(load_id_) == nullptr) return {};
    auto fenced = bucket_->head.replace(seen, seen.head);
    if (!fenced.ok() && fenced.error().code() != ErrorCode::Conflict) return fenced;
    if (!fenced.ok()) continue;
    for (const auto& name : names) TRY(bucket_->store->remove(bucket_->key(name)));
    return {};
  }
  return fail(ErrorCode::Conflict, "{} changes all the time", bucket_->shown(HeadObject::kName));
}

Result<void> BucketClaim::release() {
  for (int attempt = 0; attempt < kHeadWrites; ++attempt) {
    auto seen = TRY(bucket_->head.read());
    if (seen.head.claim_of(load_id_) == nullptr) return {};
    auto next = seen.head;
    std::erase_if(next.claims, [&](const ClaimRecord& claim) { return claim.load_id == load_id_; });
    auto released = bucket_->head.replace(seen, std::move(next));
    if (released.ok() || released.error().code() != ErrorCode::Conflict) return released;
  }
  return fail(ErrorCode::Conflict, "{} changes all the time", bucket_->shown(HeadObject::kName));
}

}  // namespace weir::files

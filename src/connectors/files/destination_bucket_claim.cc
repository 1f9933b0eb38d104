// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "connectors/files/destination_bucket.h"

namespace weir::files {
namespace {

namespace fs = std::filesystem;

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

BucketClaim::BucketClaim(std::shared_ptr<Bucket> bucket, ClaimRecord record,
                         const std::vector<BucketTarget>& targets, LiveFiles live)
    : bucket_(std::move(bucket)), record_(std::move(record)), live_(std::move(live)) {
  for (const auto& target : targets) {
    files_.push_back(std::make_unique<BucketFile>(*bucket_, target, *this, files_.size()));
  }
}

// What could throw is std::get of a Result, whose side is known by then.
// NOLINTNEXTLINE(bugprone-exception-escape)
BucketClaim::~BucketClaim() {
  for (auto& file : files_) file->give_up();
  // What cannot be removed now stays in the claim, for the next load of the partition to remove.
  if (fate() == Fate::Undecided && remove_written().ok()) (void)release();
  bucket_->own.end(record_.load_id);
}

Result<fs::path> BucketClaim::scratch() {
  if (!scratch_) {
    const auto root = TRY(scratch_root());
    const auto lock = TRY(DiskLock::wait_for(root / "lock"));
    auto held = TRY(HeldFolder::create(root, fmt::format("{}-{}", ::getpid(), encode_name(record_.load_id)),
                                       [](const std::string&) { return Result<bool>(false); }));
    if (!held) return fail(ErrorCode::Conflict, "the load {} is under way elsewhere", record_.load_id);
    scratch_.emplace(*std::move(held));
  }
  return scratch_->path();
}

// Whoever has taken the claim does not expect objects to come to be that he has not seen.
Result<void> BucketClaim::complete() {
  const bool any =
      std::any_of(files_.begin(), files_.end(), [](const auto& file) { return file->is_open(); });
  if (!any) return {};
  const auto now = TRY(bucket_->head.look());
  if (now.claim_of(record_.load_id) == nullptr) return claim_is_lost(record_.load_id);
  for (auto& file : files_) TRY(file->complete());
  return {};
}

// The head is written before, so that a decision whose answer was lost and which comes late does not
// find what it has seen. Another load that has the claim by now may need the names of tables' files;
// when there is none any more, nobody would remove what came to be after that one had looked, so the
// claim is made anew.
Result<void> BucketClaim::remove_written() {
  if (std::none_of(files_.begin(), files_.end(), [](const auto& file) { return file->may_exist(); }))
    return {};
  bool is_lost = false;
  const auto fenced = TRY(bucket_->head.apply([&](Head& next) -> Result<SharedHead::Verdict> {
    is_lost = next.claim_of(record_.load_id) == nullptr;
    if (!is_lost) return SharedHead::Verdict::Change;
    const bool is_free =
        !next.has_decided(record_.pipeline, record_.partition) &&
        std::none_of(next.claims.begin(), next.claims.end(), [&](const auto& claim) {
          return claim.names_any(record_.files) || claim.is_of(record_.pipeline, record_.partition);
        });
    if (is_free) next.claims.push_back(record_);
    return is_free ? SharedHead::Verdict::Change : SharedHead::Verdict::Keep;
  }));
  const auto kept = is_lost ? TRY(live_()) : std::vector<std::string>();
  for (const auto& file : files_) {
    const auto& [name, way] = file->target();
    if (!file->may_exist() || std::find(kept.begin(), kept.end(), name) != kept.end()) continue;
    const bool is_mine = way == BucketTarget::Way::Staged || fenced == SharedHead::Verdict::Change;
    if (is_mine) TRY(bucket_->store->remove(bucket_->key(name)));
  }
  return {};
}

Result<void> BucketClaim::release() {
  TRY(bucket_->head.apply([&](Head& next) -> Result<SharedHead::Verdict> {
    const auto gone =
        std::erase_if(next.claims, [&](const auto& claim) { return claim.load_id == record_.load_id; });
    return gone > 0 ? SharedHead::Verdict::Change : SharedHead::Verdict::Overtaken;
  }));
  return {};
}

}  // namespace weir::files

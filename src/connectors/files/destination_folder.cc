// SPDX-License-Identifier: Apache-2.0
// A depot in a folder. Two kinds of locks keep writers apart, both let go by the kernel when their
// process ends: a turn holds `_weir/lock`, and a claim the staging folder of its load.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "connectors/files/destination_depot.h"
#include "connectors/files/writer.h"
#include "connectors/files/writer_disk.h"
#include "formats/content_hash.h"

namespace weir::files {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPublishing = "_weir/publishing";

std::string journal_name(const std::string& load_id) {
  return fmt::format("{}/{}.json", kPublishing, encode_name(load_id));
}

/// Tells one text from another, as an object's version does.
std::string version_of(std::string_view text) {
  formats::ContentHash hash;
  hash.update(text);
  return hash.hex();
}

Result<std::vector<SmallFile>> read_all_below(const fs::path& root, const std::string& folder) {
  std::vector<SmallFile> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(root / folder, error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().extension() != ".json") continue;
    auto text = TRY(read_file(it->path()));
    if (!text) continue;
    auto version = version_of(*text);
    files.push_back({it->path().lexically_relative(root).string(), *std::move(text), std::move(version)});
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return disk_failure("list", root / folder, error.value());
  }
  std::sort(files.begin(), files.end(),
            [](const auto& one, const auto& other) { return one.name < other.name; });
  return files;
}

class FolderFile final : public StagedFile {
 public:
  FolderFile(fs::path path, std::string name) : path_(std::move(path)), name_(std::move(name)) {}

  Result<void> write(std::string_view bytes) override {
    if (!file_) file_.emplace(TRY(OutputFile::create(path_)));
    return file_->write(bytes);
  }
  Result<void> close() override {
    if (!file_) return {};
    return file_->close();
  }
  Result<fs::path> local_path() override { return path_; }
  Result<void> take_local() override { return sync_file(path_); }
  std::optional<std::string> staged_name() const override { return name_; }

 private:
  fs::path path_;
  std::string name_;
  std::optional<OutputFile> file_;
};

class FolderClaim final : public Claim {
 public:
  FolderClaim(fs::path root, std::string load_id, HeldFolder staging)
      : root_(std::move(root)), load_id_(std::move(load_id)), staging_(std::move(staging)) {}
  ~FolderClaim() override {
    if (fate() == Fate::Decided) staging_.set_at_end(HeldFolder::AtEnd::Keep);
  }
  FolderClaim(const FolderClaim&) = delete;
  FolderClaim& operator=(const FolderClaim&) = delete;

  StagedFile& file(std::size_t table) override {
    const auto found = files_.find(table);
    if (found != files_.end()) return found->second;
    const auto name = staged_name(load_id_, table);
    return files_.try_emplace(table, root_ / name, name).first->second;
  }
  Result<fs::path> scratch() override { return staging_.path(); }
  Result<void> complete() override { return sync_folder(staging_.path()); }

 private:
  fs::path root_;
  std::string load_id_;
  HeldFolder staging_;
  std::map<std::size_t, FolderFile> files_;
};

class FolderTurn final : public Turn {
 public:
  FolderTurn(fs::path root, DiskLock lock) : root_(std::move(root)), lock_(std::move(lock)) {}

  Result<std::vector<SmallFile>> decided() override { return read_all_below(root_, kPublishing); }
  Result<Decision> decide(const Proposal& proposal) override {
    TRY(make_folder(root_ / kPublishing));
    TRY(replace_file(root_ / journal_name(proposal.load_id), proposal.journal));
    return Decision::Decided;
  }
  Result<bool> is_due(const std::string& load_id) override {
    const auto path = root_ / journal_name(load_id);
    std::error_code error;
    const bool due = fs::exists(path, error);
    if (error) return disk_failure("read", path, error.value());
    return due;
  }
  Result<void> forget(const std::string& load_id) override {
    return remove_file(root_ / journal_name(load_id));
  }
  std::string journal(const std::string& load_id) const override { return journal_name(load_id); }

 private:
  fs::path root_;
  DiskLock lock_;
};

class FolderDepot final : public Depot {
 public:
  explicit FolderDepot(fs::path root) : root_(std::move(root)) {}

  std::string shown(const std::string& name) const override { return (root_ / name).string(); }

  Result<void> check() override {
    // The nearest folder that exists decides whether the rest can be made.
    auto existing = root_;
    std::error_code ignored;
    while (!fs::exists(existing, ignored) && existing.has_relative_path()) existing = existing.parent_path();
    if (!fs::is_directory(existing, ignored)) {
      return fail(ErrorCode::InvalidConfig, "'{}' is no folder; option folder needs one", existing.string());
    }
    if (::access(existing.c_str(), W_OK | X_OK) != 0) return disk_failure("write into", existing, errno);
    return {};
  }

  Result<std::optional<SmallFile>> read(const std::string& name) override {
    auto text = TRY(read_file(root_ / name));
    if (!text) return std::optional<SmallFile>();
    auto version = version_of(*text);
    return std::optional(SmallFile{name, *std::move(text), std::move(version)});
  }

  Result<bool> is_known_absent(const std::string&) override { return false; }

  Result<std::vector<SmallFile>> read_below(const std::string& folder) override {
    return read_all_below(root_, folder);
  }

  // Only who has a turn writes, so the look before cannot be overtaken.
  Result<void> write(const SmallFile& file) override {
    const auto there = TRY(read(file.name));
    if ((there ? there->version : "") != file.version) {
      return fail(ErrorCode::Conflict, "'{}' was changed by somebody else; run again", shown(file.name));
    }
    const auto path = root_ / file.name;
    TRY(make_folder(path.parent_path()));
    return replace_file(path, file.text);
  }

  Result<bool> holds(const std::string& name) override {
    std::error_code ignored;
    return fs::exists(root_ / name, ignored);
  }
  Result<Measured> measure(const std::string& name) override { return measure_file(root_ / name); }
  Result<fs::path> local(const std::string& name, const fs::path&) override { return root_ / name; }

  Result<void> put_in_place(const std::string& from, const std::string& to) override {
    const auto folder = (root_ / to).parent_path();
    TRY(make_folder(folder));
    TRY(move_file(root_ / from, root_ / to));
    return sync_folder(folder);
  }
  Result<void> remove(const std::string& name) override { return remove_file(root_ / name); }

  Result<bool> has_decided(const Concern&) override {
    return !TRY(read_all_below(root_, kPublishing)).empty();
  }

  Result<std::unique_ptr<Turn>> take_turn(TurnKind, const Concern&) override {
    auto lock = TRY(DiskLock::wait_for(root_ / "_weir" / "lock"));
    return std::unique_ptr<Turn>(std::make_unique<FolderTurn>(root_, std::move(lock)));
  }

  // What other loads left is found by their folders, so what the ledger knows does not matter.
  Result<std::unique_ptr<Claim>> claim(const ClaimRequest& request, const LiveFiles&) override {
    const auto staging = root_ / "_weir" / "staging";
    TRY(make_folder(staging));
    // Without it, another load takes our folder for an abandoned one before we hold it.
    const auto turn = TRY(take_turn(TurnKind::Alone, {}));
    if (TRY(turn->is_due(request.load_id))) {
      return fail(ErrorCode::Conflict, "the load {} was interrupted while it was published; run it again",
                  request.load_id);
    }
    auto held = TRY(HeldFolder::create(staging, encode_name(request.load_id), [&](const std::string& folder) {
      std::error_code ignored;
      return Result<bool>(fs::exists(root_ / kPublishing / (folder + ".json"), ignored));
    }));
    if (!held) {
      return fail(ErrorCode::Conflict, "the load {} is under way elsewhere; wait until it is over",
                  request.load_id);
    }
    return std::unique_ptr<Claim>(std::make_unique<FolderClaim>(root_, request.load_id, *std::move(held)));
  }

 private:
  fs::path root_;
};

}  // namespace

std::shared_ptr<Depot> make_folder_depot(const fs::path& folder) {
  return std::make_shared<FolderDepot>(folder);
}

std::string staged_name(const std::string& load_id, std::size_t table) {
  return fmt::format("_weir/staging/{}/{}.part", encode_name(load_id), table);
}

}  // namespace weir::files

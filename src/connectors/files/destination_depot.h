// SPDX-License-Identifier: Apache-2.0
// Depot: where the files of a destination lie, a folder of this machine or a bucket, and who may
// publish there now. Names are paths below the folder or prefix, with '/' between their parts.
//
// The ledger and the loads of this folder are written against it, so that there is one protocol of
// publication. Depots are thread-safe; a Claim, its files and a Turn belong to one thread, and a thread
// has one turn at a time.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/object_store.h"

namespace weir::files {

/// A file of the ledger. With an empty version there is no such file yet.
struct SmallFile {
  std::string name;
  std::string text;
  std::string version;
};

/// What tells one data file from another.
struct Measured {
  std::uint64_t bytes = 0;
  std::string hash;
};

/// The one file of a table in a load under way.
class StagedFile {
 public:
  virtual ~StagedFile() = default;
  virtual Result<void> write(std::string_view bytes) = 0;
  /// No more comes. Durable now, or after Claim::complete().
  virtual Result<void> close() = 0;
  /// Where somebody who writes whole files of this machine puts his, before take_local().
  virtual Result<std::filesystem::path> local_path() = 0;
  virtual Result<void> take_local() = 0;
  /// The name that it has until it is published; nothing when it is written where it stays.
  virtual std::optional<std::string> staged_name() const = 0;
};

/// A load's right to write its files and to publish them. What was written goes with it, unless it
/// was decided that it stays.
class Claim {
 public:
  virtual ~Claim() = default;
  virtual StagedFile& file(std::size_t table) = 0;
  /// A folder of this machine for what does not fit into memory. Made when first asked for.
  virtual Result<std::filesystem::path> scratch() = 0;
  /// Every file that was closed is whole and durable under its name.
  virtual Result<void> complete() = 0;

  /// Decided: the files are needed, whoever carries the publication out.
  enum class Fate { Undecided, Decided, CarriedOut };
  Fate fate() const { return fate_; }
  void set_fate(Fate fate) { fate_ = fate; }

 private:
  Fate fate_ = Fate::Undecided;
};

struct PartitionName {
  std::string pipeline, partition;
};

/// What somebody wants to know about; nothing: about everything.
using Concern = std::optional<PartitionName>;

/// Alone: no other load of this process has a turn meanwhile. In a shared one only what concerns
/// nothing but a partition may be decided.
enum class TurnKind { Shared, Alone };

struct Proposal {
  std::string load_id, journal;
  PartitionName partition;
  std::vector<std::string> ledger_files;  ///< that carrying it out changes
  /// Tables: others plan with what it changes, so nothing else is decided before it is carried out.
  enum class Reach { Partition, Tables } reach = Reach::Tables;
};

/// One publisher's turn. On a disk nobody else has one meanwhile; in a bucket somebody else may
/// overtake it.
class Turn {
 public:
  virtual ~Turn() = default;
  /// The journals of publications that were decided and that nobody of this process carries out.
  virtual Result<std::vector<SmallFile>> decided() = 0;
  /// Overtaken: something changed since the turn was taken, and nothing was decided.
  enum class Decision { Decided, Overtaken };
  /// The commit point. After an error it may be decided or not: is_due() knows. Conflict when
  /// another load has taken the claim.
  virtual Result<Decision> decide(const Proposal& proposal) = 0;
  /// Whether a publication is decided and nobody has said that it is carried out.
  virtual Result<bool> is_due(const std::string& load_id) = 0;
  virtual Result<void> forget(const std::string& load_id) = 0;
  /// The name of the file that holds a load's journal, for messages.
  virtual std::string journal(const std::string& load_id) const = 0;
};

struct ClaimRequest {
  std::string load_id, pipeline, partition;
  std::vector<std::string> paths;  ///< of a table each: where its file will lie
  /// A file of the ledger that must be known to be absent; empty: none.
  std::string absent = {};
};

/// The data files that tables consist of, by the ledger.
using LiveFiles = std::function<Result<std::vector<std::string>>()>;

class Depot {
 public:
  virtual ~Depot() = default;
  /// A name in full, for messages: "/data/visits/all.csv", "s3://bucket/visits/all.csv".
  virtual std::string shown(const std::string& name) const = 0;
  /// Whether it can be reached, and written as far as that can be told without writing.
  virtual Result<void> check() = 0;

  virtual Result<std::optional<SmallFile>> read(const std::string& name) = 0;
  /// Whether it is known without asking that there is no such file, unless somebody else has published
  /// since; claim() finds that out.
  virtual Result<bool> is_known_absent(const std::string& name) = 0;
  /// All files of the ledger below a folder, sorted by name.
  virtual Result<std::vector<SmallFile>> read_below(const std::string& folder) = 0;
  /// Replaces a file as a whole and durably. Conflict when it is not the one of that version.
  virtual Result<void> write(const SmallFile& file) = 0;

  virtual Result<bool> holds(const std::string& name) = 0;
  virtual Result<Measured> measure(const std::string& name) = 0;
  /// A data file as one of this machine: itself, or a copy in `scratch`.
  virtual Result<std::filesystem::path> local(const std::string& name,
                                              const std::filesystem::path& scratch) = 0;
  /// Puts a staged file to its place, durably; what was there is replaced. NotFound when there is no
  /// such file. Whether the staged name goes with it is not said.
  virtual Result<void> put_in_place(const std::string& from, const std::string& to) = 0;
  virtual Result<void> remove(const std::string& name) = 0;

  /// Whether a turn would find decided publications of such concern.
  virtual Result<bool> has_decided(const Concern& concern) = 0;
  virtual Result<std::unique_ptr<Turn>> take_turn(TurnKind kind, const Concern& concern) = 0;
  /// Claims a partition for a load, and removes what loads have left there that can publish no more.
  /// Null when a decided publication must be carried out before, or somebody was faster.
  virtual Result<std::unique_ptr<Claim>> claim(const ClaimRequest& request, const LiveFiles& live) = 0;
};

/// Touches nothing yet.
std::shared_ptr<Depot> make_folder_depot(const std::filesystem::path& folder);

/// `prefix` stands before every key: empty, or with a slash at its end. Sends nothing yet.
std::shared_ptr<Depot> make_bucket_depot(std::shared_ptr<io::ObjectStore> store, const std::string& prefix);

/// The staged name of table number `table` of a load.
std::string staged_name(const std::string& load_id, std::size_t table);

/// A name of any characters as one path component: what could mean something else is %XX.
std::string encode_name(std::string_view name);

}  // namespace weir::files

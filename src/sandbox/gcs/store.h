// SPDX-License-Identifier: Apache-2.0
// The buckets and objects of the sandbox, with generations and preconditions. Used by the parts of
// GcsService. Thread-safe. Refuses by throwing Refusal.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"
#include "io/clock.h"
#include "sandbox/gcs/conditions.h"
#include "sandbox/objects/blob.h"

namespace weir::sandbox::gcs {

using Json = nlohmann::json;
using objects::Blob;
using objects::BlobWriter;

// Moving a Json does not throw, whatever clang-tidy sees in its assertions.
struct Object {   // NOLINT(bugprone-exception-escape)
  Json resource;  ///< as the API shows it, without links
  std::shared_ptr<const Blob> bytes;

  std::uint64_t generation() const;
  std::uint64_t metageneration() const;
};

using Objects = std::map<std::string, Object, std::less<>>;  // in the order of the names' bytes

/// What a client may say of an object; the rest of `resource` is the storage's business.
Json settable(const Json& resource);

struct ObjectName {
  std::string bucket;
  std::string name;
};

class Store {
 public:
  /// Everything is in memory when `folder` is empty; else what an earlier sandbox left there is back.
  static Result<std::unique_ptr<Store>> open(const std::string& folder, const io::Clock& clock);

  Json create_bucket(const Json& resource);
  Json bucket(const std::string& name) const;
  Json buckets() const;
  void remove_bucket(const std::string& name);

  std::unique_ptr<BlobWriter> writer() const { return objects::write_blob(folder_); }
  /// Makes the written bytes an object. `metadata` holds what the client may set.
  Object put(const ObjectName& at, const Json& metadata, BlobWriter& bytes, const Conditions& conditions);
  /// Refuses what put() would refuse now, before there are bytes.
  void check_put(const ObjectName& at, const Conditions& conditions) const;
  Object get(const ObjectName& at, std::optional<std::uint64_t> generation,
             const Conditions& conditions) const;
  void remove(const ObjectName& at, std::optional<std::uint64_t> generation, const Conditions& conditions);
  /// Changes what the client may change; a null removes it.
  Object patch(const ObjectName& at, const Json& changes, const Conditions& conditions);
  /// Shows objects in order, from that name on, until the visitor says no.
  void walk(const std::string& bucket, const std::string& from,
            const std::function<bool(const Object&)>& visit) const;

 private:
  struct Bucket {  // NOLINT(bugprone-exception-escape)
    Json resource;
    Objects objects;
  };

  Store(std::string folder, const io::Clock& clock) : folder_(std::move(folder)), clock_(clock) {}
  void load();
  void save(const Object& object) const;
  void save_bucket(const Json& bucket) const;
  void forget(const Object& object) const;
  Bucket& find_bucket(const std::string& name);
  const Bucket& find_bucket(const std::string& name) const;
  std::string now() const;
  std::uint64_t next_generation();

  std::string folder_;
  const io::Clock& clock_;
  mutable std::mutex mutex_;  // guards what follows
  std::map<std::string, Bucket> buckets_;
  std::uint64_t last_generation_ = 0;
};

}  // namespace weir::sandbox::gcs

// SPDX-License-Identifier: Apache-2.0
// The buckets and objects of the sandbox's S3. Used by the parts of S3Service. Thread-safe. Refuses by
// throwing Refusal.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/clock.h"
#include "sandbox/objects/blob.h"
#include "sandbox/s3/conditions.h"
#include "sandbox/s3/digest.h"

namespace weir::sandbox::s3 {

/// The headers that come back with an object: its type, what its owner says of it, how it is kept.
using Properties = std::map<std::string, std::string>;

struct Checksums {
  std::map<Algorithm, std::string> values{};  ///< in base64; of parts, with "-2" behind it
  enum class Type { FullObject, Composite } type = Type::FullObject;
};

struct Object {
  std::string key{};
  objects::BlobPointer bytes{};
  std::string etag{};  ///< without quotes
  Timestamp modified{};
  Properties properties{};
  Checksums checksums{};

  std::string storage_class() const;
};
using ObjectPointer = std::shared_ptr<const Object>;  // shared with those who read it

struct ObjectName {
  std::string bucket;
  std::string key;
};

struct Bucket {
  std::string name;
  std::string region;
  Timestamp created;
};

class Store {
 public:
  /// Everything is in memory when `folder` is empty; else what an earlier sandbox left there is back.
  static Result<std::unique_ptr<Store>> open(const std::string& folder, const io::Clock& clock);

  void create_bucket(const std::string& name, const std::string& region);
  Bucket bucket(const std::string& name) const;
  /// Nothing when there is none.
  std::optional<Bucket> find_bucket(const std::string& name) const;
  std::vector<Bucket> buckets() const;
  void remove_bucket(const std::string& name);

  std::unique_ptr<objects::BlobWriter> writer() const { return objects::write_blob(folder_); }
  /// The written bytes, to be given to put().
  objects::BlobPointer keep(objects::BlobWriter& writer);
  /// The same bytes for another object.
  objects::BlobPointer copy(const objects::BlobPointer& bytes);
  /// Makes bytes an object of that bucket, now.
  ObjectPointer put(const std::string& bucket, Object object, const WriteCondition& condition);
  /// Refuses what put() would refuse now, before there are bytes.
  void check_put(const ObjectName& at, const WriteCondition& condition) const;
  /// Refuses what is not there.
  ObjectPointer get(const ObjectName& at) const;
  /// What is not there counts as removed.
  void remove(const ObjectName& at);
  /// Shows objects in order, from that key on, until the visitor says no.
  void walk(const std::string& bucket, const std::string& from,
            const std::function<bool(const Object&)>& visit) const;
  Timestamp now() const { return clock_.now(); }

 private:
  struct Place {
    Bucket bucket;
    std::map<std::string, ObjectPointer, std::less<>> objects;  // in the order of the keys' bytes
  };

  Store(std::string folder, const io::Clock& clock) : folder_(std::move(folder)), clock_(clock) {}
  void load();
  void save(const std::string& bucket, const Object& object) const;
  void save_bucket(const Bucket& bucket) const;
  void forget(const Object& object) const;
  Place& place(const std::string& name);
  const Place& place(const std::string& name) const;
  std::string next_file();

  std::string folder_;
  const io::Clock& clock_;
  mutable std::mutex mutex_;  // guards what follows
  std::map<std::string, Place, std::less<>> places_;
  std::uint64_t last_file_ = 0;
};

}  // namespace weir::sandbox::s3

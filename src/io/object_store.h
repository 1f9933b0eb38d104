// SPDX-License-Identifier: Apache-2.0
// ObjectStore: one bucket of an object store, whatever the vendor. The real ones are in
// protocols/aws and protocols/google; tests use tests/support/memory_object_store.h. Everything that
// sees a bucket goes through it. Thread-safe; an ObjectUpload belongs to one thread.
//
// An operation repeats what may be repeated by itself (io/retry.h), and checks by asking where an
// answer was lost. What it then returns is final.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace weir::io {

struct ObjectInfo {
  std::string key;  ///< as it is, never URL-encoded
  std::uint64_t size = 0;
  std::string version;  ///< changes with the content: the ETag without quotes, or the generation
  Timestamp modified;

  bool operator==(const ObjectInfo&) const = default;
};

/// Part of a listing, in the order of the keys' bytes.
struct ObjectPage {
  std::vector<ObjectInfo> objects;
  /// There may be more behind the last key of `objects`.
  enum class Rest { None, More } rest = Rest::None;
};

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// What must hold for a write to happen; when it does not, the write fails with Conflict.
struct Precondition {
  enum class Kind {
    None,
    Absent,   ///< no object has this key
    Version,  ///< the object is the one of `version`
  } kind = Kind::None;
  std::string version{};
};

struct PutOptions {
  std::string content_type = "application/octet-stream";
  Precondition precondition{};
};

/// An object that is written from front to end, in parts when it is large. Visible only after
/// finish(); dropping it before removes what was sent.
class ObjectUpload {
 public:
  virtual ~ObjectUpload() = default;
  virtual Result<void> write(std::string_view bytes) = 0;
  virtual Result<ObjectInfo> finish() = 0;
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  /// "s3://bucket/key", for messages.
  virtual std::string uri(const std::string& key) const = 0;
  /// The objects whose key starts with `prefix` and comes after `after`, at most a thousand or so.
  virtual Result<ObjectPage> list(const std::string& prefix, const std::string& after) = 0;
  /// NotFound when there is no such object. PermissionDenied and Unavailable never pass for it.
  virtual Result<ObjectInfo> head(const std::string& key) = 0;
  /// The bytes of a range; fewer only at the object's end. A non-empty `version` must still be the
  /// object's, or else it is Conflict: it was changed while it was read.
  virtual Result<std::string> read(const std::string& key, ByteRange range, const std::string& version) = 0;
  virtual Result<ObjectInfo> put(const std::string& key, std::string bytes, const PutOptions& options) = 0;
  virtual Result<std::unique_ptr<ObjectUpload>> upload(const std::string& key, const PutOptions& options) = 0;
  /// Inside the bucket, by the server, whatever the size. Replaces what is at `to`.
  virtual Result<ObjectInfo> copy(const std::string& from, const std::string& to) = 0;
  /// An object that is not there counts as removed.
  virtual Result<void> remove(const std::string& key) = 0;
  /// Ends the uploads to keys beginning with `prefix` that nobody has finished; whoever still is at one
  /// of them fails. A store that forgets such uploads by itself does nothing.
  virtual Result<void> abandon_uploads(const std::string& /*prefix*/) { return {}; }
};

/// Every object below a prefix, but not the empty ones whose key ends in a slash: consoles make these
/// to show a folder.
Result<std::vector<ObjectInfo>> list_all(ObjectStore& store, const std::string& prefix);

}  // namespace weir::io

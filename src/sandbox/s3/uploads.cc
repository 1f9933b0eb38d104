// SPDX-License-Identifier: Apache-2.0
#include "sandbox/s3/uploads.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "protocols/google/encoding.h"
#include "sandbox/s3/refusal.h"

namespace weir::sandbox::s3 {
namespace {

constexpr std::size_t kJoinedPiece = 1U << 20;

Refusal no_upload(const std::string& id) {
  return {404,
          "NoSuchUpload",
          "The specified upload does not exist. The upload ID may be invalid, or the upload may have been "
          "aborted or completed.",
          {{"UploadId", id}}};
}

Refusal bad_part(const std::string& id, const ClaimedPart& claimed) {
  return {
      400,
      "InvalidPart",
      "One or more of the specified parts could not be found.  The part may not have been uploaded, or the "
      "specified entity tag may not match the part's entity tag.",
      {{"UploadId", id}, {"PartNumber", std::to_string(claimed.number)}, {"ETag", claimed.etag}}};
}

bool fits(const Part& part, const ClaimedPart& claimed) {
  if (part.etag() != claimed.etag) return false;
  return std::all_of(claimed.checksums.begin(), claimed.checksums.end(), [&part](const auto& one) {
    const auto found = part.checksums.find(one.first);
    return found == part.checksums.end() || found->second == one.second;
  });
}

/// Of all the bytes, or of the parts' checksums.
Checksums checksums_of(const Upload& upload, const std::vector<ClaimedPart>& claimed,
                       const objects::Blob& bytes) {
  Checksums checksums;
  if (!upload.algorithm) return checksums;
  checksums.type = upload.checksum_type;
  Digest digest(*upload.algorithm);
  if (upload.checksum_type == Checksums::Type::FullObject) {
    for (std::uint64_t offset = 0; offset < bytes.size(); offset += kJoinedPiece) {
      digest.add(bytes.read(offset, kJoinedPiece));
    }
    checksums.values[*upload.algorithm] = google::base64(digest.finish());
    return checksums;
  }
  for (const ClaimedPart& one : claimed) {
    const auto& sums = upload.parts.at(one.number).checksums;
    const auto found = sums.find(*upload.algorithm);
    if (found == sums.end()) return {};  // a part came without one
    digest.add(google::from_base64(found->second).value_or(""));
  }
  checksums.values[*upload.algorithm] = fmt::format("{}-{}", google::base64(digest.finish()), claimed.size());
  return checksums;
}

}  // namespace

std::string Part::etag() const { return hex(md5); }

std::string Uploads::begin(Upload upload) {
  upload.begun = store_.now();
  const std::lock_guard lock(mutex_);
  // Sorted by age, and nothing that a client could take apart.
  upload.id = fmt::format("{:08}", ++begun_) +
              sha256_hex(upload.at.bucket + "/" + upload.at.key + to_string(upload.begun)).substr(0, 24);
  uploads_[upload.id] = upload;
  return upload.id;
}

void Uploads::add(const ObjectName& at, const std::string& id, int number, Part part) {
  part.modified = store_.now();
  const std::lock_guard lock(mutex_);
  const auto found = uploads_.find(id);
  if (found == uploads_.end() || found->second.at.key != at.key || found->second.at.bucket != at.bucket) {
    part.bytes->discard();
    throw no_upload(id);
  }
  Part& there = found->second.parts[number];
  if (there.bytes != nullptr) there.bytes->discard();
  there = std::move(part);
}

Upload Uploads::find(const ObjectName& at, const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = uploads_.find(id);
  if (found == uploads_.end() || found->second.at.key != at.key || found->second.at.bucket != at.bucket) {
    throw no_upload(id);
  }
  return found->second;
}

Upload Uploads::take(const ObjectName& at, const std::string& id) {
  Upload upload = find(at, id);
  const std::lock_guard lock(mutex_);
  if (uploads_.erase(id) == 0) throw no_upload(id);
  return upload;
}

void Uploads::abort(const ObjectName& at, const std::string& id) {
  const Upload upload = take(at, id);
  for (const auto& [number, part] : upload.parts) part.bytes->discard();
}

ObjectPointer Uploads::complete(const ObjectName& at, const std::string& id,
                                const std::vector<ClaimedPart>& claimed, const WriteCondition& condition) {
  // Whoever asks the same at the same time finds no upload; one that is refused can be tried again.
  const Upload upload = take(at, id);
  ObjectPointer made;
  try {
    check(upload, claimed);
    made = store_.put(at.bucket, joined(upload, claimed), condition);
  } catch (const Refusal&) {
    const std::lock_guard lock(mutex_);
    uploads_[id] = upload;
    throw;
  }
  std::set<int> used;
  for (const ClaimedPart& one : claimed) used.insert(one.number);
  for (const auto& [number, part] : upload.parts) {
    if (!used.contains(number)) part.bytes->discard();
  }
  return made;
}

void Uploads::check(const Upload& upload, const std::vector<ClaimedPart>& claimed) const {
  int last = 0;
  for (const ClaimedPart& one : claimed) {
    if (one.number <= last) {
      throw Refusal{400,
                    "InvalidPartOrder",
                    "The list of parts was not in ascending order. Parts must be ordered by part number.",
                    {{"UploadId", upload.id}}};
    }
    last = one.number;
    const auto found = upload.parts.find(one.number);
    if (found == upload.parts.end() || !fits(found->second, one)) throw bad_part(upload.id, one);
  }
  for (const ClaimedPart& one : claimed) {
    const std::uint64_t size = upload.parts.at(one.number).bytes->size();
    if (one.number == last || size >= smallest_part_) continue;
    throw Refusal{400,
                  "EntityTooSmall",
                  "Your proposed upload is smaller than the minimum allowed size",
                  {{"ProposedSize", std::to_string(size)},
                   {"MinSizeAllowed", std::to_string(smallest_part_)},
                   {"PartNumber", std::to_string(one.number)},
                   {"ETag", one.etag}}};
  }
}

Object Uploads::joined(const Upload& upload, const std::vector<ClaimedPart>& claimed) const {
  Object object{.key = upload.at.key, .properties = upload.properties};
  std::vector<objects::BlobPointer> bytes;
  Digest digest(Algorithm::Md5);
  for (const ClaimedPart& one : claimed) {
    const Part& part = upload.parts.at(one.number);
    bytes.push_back(part.bytes);
    digest.add(part.md5);
  }
  const std::size_t count = bytes.size();
  object.bytes = objects::join_blobs(std::move(bytes));
  object.etag = fmt::format("{}-{}", hex(digest.finish()), count);
  object.checksums = checksums_of(upload, claimed, *object.bytes);
  return object;
}

std::vector<Upload> Uploads::all(const std::string& bucket) const {
  std::vector<Upload> found;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, upload] : uploads_) {
      if (upload.at.bucket == bucket) found.push_back(upload);
    }
  }
  std::sort(found.begin(), found.end(), [](const Upload& one, const Upload& other) {
    return std::tie(one.at.key, one.id) < std::tie(other.at.key, other.id);
  });
  return found;
}

std::size_t Uploads::open() const {
  const std::lock_guard lock(mutex_);
  return uploads_.size();
}

}  // namespace weir::sandbox::s3

// SPDX-License-Identifier: Apache-2.0
#include "sandbox/s3/store.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "base/text.h"
#include "sandbox/s3/refusal.h"

namespace weir::sandbox::s3 {
namespace {

constexpr std::size_t kLongestKey = 1024;
constexpr std::size_t kShortestName = 3;
constexpr std::size_t kLongestName = 63;

/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
void check_bucket_name(const std::string& name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-.";
  const bool is_valid = name.size() >= kShortestName && name.size() <= kLongestName &&
                        name.find_first_not_of(kAllowed) == std::string::npos &&
                        std::isalnum(static_cast<unsigned char>(name.front())) != 0 &&
                        std::isalnum(static_cast<unsigned char>(name.back())) != 0 &&
                        name.find("..") == std::string::npos;
  if (is_valid) return;
  throw Refusal{400, "InvalidBucketName", "The specified bucket is not valid.", {{"BucketName", name}}};
}

void check_key(const std::string& key) {
  if (key.size() > kLongestKey) {
    throw Refusal{400,
                  "KeyTooLongError",
                  "Your key is too long",
                  {{"Size", std::to_string(key.size())}, {"MaxSizeAllowed", std::to_string(kLongestKey)}}};
  }
  if (!is_utf8(key)) throw Refusal{400, "InvalidURI", "Couldn't parse the specified URI."};
}

Refusal cannot_write() { return {500, "InternalError", "The folder of the sandbox cannot be written."}; }

template <typename Objects>
std::optional<std::string> etag_in(const Objects& objects, const std::string& key) {
  const auto found = objects.find(key);
  return found == objects.end() ? std::nullopt : std::optional(found->second->etag);
}

}  // namespace

std::string Object::storage_class() const {
  const auto found = properties.find("x-amz-storage-class");
  return found == properties.end() ? "STANDARD" : found->second;
}

void Store::create_bucket(const std::string& name, const std::string& region) {
  check_bucket_name(name);
  const std::lock_guard lock(mutex_);
  if (places_.contains(name)) {
    throw Refusal{409,
                  "BucketAlreadyOwnedByYou",
                  "Your previous request to create the named bucket succeeded and you already own it.",
                  {{"BucketName", name}}};
  }
  const Bucket bucket{name, region, now()};
  places_[name].bucket = bucket;
  save_bucket(bucket);
}

Bucket Store::bucket(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return place(name).bucket;
}

std::optional<Bucket> Store::find_bucket(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(name);
  return found == places_.end() ? std::nullopt : std::optional(found->second.bucket);
}

std::vector<Bucket> Store::buckets() const {
  const std::lock_guard lock(mutex_);
  std::vector<Bucket> all;
  for (const auto& [name, place] : places_) all.push_back(place.bucket);
  return all;
}

void Store::remove_bucket(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (!place(name).objects.empty()) {
    throw Refusal{
        409, "BucketNotEmpty", "The bucket you tried to delete is not empty", {{"BucketName", name}}};
  }
  places_.erase(name);
  if (!folder_.empty()) std::filesystem::remove(folder_ + "/bucket-" + name + ".json");
}

objects::BlobPointer Store::keep(objects::BlobWriter& writer) {
  auto bytes = writer.finish(next_file());
  if (bytes == nullptr) throw cannot_write();
  return bytes;
}

objects::BlobPointer Store::copy(const objects::BlobPointer& bytes) {
  auto copied = objects::copy_blob(bytes, folder_, next_file());
  if (copied == nullptr) throw cannot_write();
  return copied;
}

void Store::check_put(const ObjectName& at, const WriteCondition& condition) const {
  check_key(at.key);
  const std::lock_guard lock(mutex_);
  condition.check(etag_in(place(at.bucket).objects, at.key), at.key);
}

ObjectPointer Store::put(const std::string& bucket, Object object, const WriteCondition& condition) {
  check_key(object.key);
  const std::lock_guard lock(mutex_);
  auto& objects = place(bucket).objects;
  condition.check(etag_in(objects, object.key), object.key);
  object.modified = now();
  const auto made = std::make_shared<const Object>(std::move(object));
  save(bucket, *made);
  ObjectPointer& there = objects[made->key];
  if (there != nullptr) forget(*there);
  there = made;
  return made;
}

ObjectPointer Store::get(const ObjectName& at) const {
  const std::lock_guard lock(mutex_);
  const auto& objects = place(at.bucket).objects;
  const auto found = objects.find(at.key);
  if (found == objects.end()) {
    throw Refusal{404, "NoSuchKey", "The specified key does not exist.", {{"Key", at.key}}};
  }
  return found->second;
}

void Store::remove(const ObjectName& at) {
  const std::lock_guard lock(mutex_);
  auto& objects = place(at.bucket).objects;
  const auto found = objects.find(at.key);
  if (found == objects.end()) return;
  forget(*found->second);
  objects.erase(found);
}

void Store::walk(const std::string& bucket, const std::string& from,
                 const std::function<bool(const Object&)>& visit) const {
  const std::lock_guard lock(mutex_);
  const auto& objects = place(bucket).objects;
  for (auto object = objects.lower_bound(from); object != objects.end(); ++object) {
    if (!visit(*object->second)) return;
  }
}

Store::Place& Store::place(const std::string& name) {
  const auto found = places_.find(name);
  if (found == places_.end()) {
    throw Refusal{404, "NoSuchBucket", "The specified bucket does not exist", {{"BucketName", name}}};
  }
  return found->second;
}

const Store::Place& Store::place(const std::string& name) const {
  return const_cast<Store*>(this)->place(name);
}

std::string Store::next_file() {
  const std::lock_guard lock(mutex_);
  last_file_ = std::max(last_file_ + 1, static_cast<std::uint64_t>(now().micros));
  return std::to_string(last_file_) + ".data";
}

}  // namespace weir::sandbox::s3

// SPDX-License-Identifier: Apache-2.0
#include "sandbox/gcs/store.h"

#include <algorithm>
#include <filesystem>

#include "protocols/google/json_value.h"
#include "sandbox/gcs/refusal.h"

namespace weir::sandbox::gcs {
namespace {

constexpr std::size_t kLongestName = 1024;

/// What a client may say of an object.
constexpr std::initializer_list<const char*> kSettable = {
    "contentType",  "contentEncoding", "contentDisposition", "contentLanguage",
    "cacheControl", "storageClass",    "metadata",           "customTime"};

void check_bucket_name(const std::string& name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
  const bool valid = name.size() >= 3 && name.size() <= 222 &&
                     name.find_first_not_of(kAllowed) == std::string::npos &&
                     std::isalnum(name.front()) != 0 && std::isalnum(name.back()) != 0;
  if (!valid) throw Refusal{400, "invalid", "Invalid bucket name: '" + name + "'"};
}

void check_object_name(const std::string& name) {
  if (name.empty()) throw Refusal{400, "required", "Required", "name"};
  const bool valid = name.size() <= kLongestName && name.find_first_of("\r\n") == std::string::npos &&
                     name != "." && name != "..";
  if (!valid) throw Refusal{400, "invalid", "Disallowed object name: '" + name.substr(0, 100) + "'", "name"};
}

Refusal no_object(const ObjectName& at) {
  return {404, "notFound", "No such object: " + at.bucket + "/" + at.name};
}

void check_sum(const Json& metadata, const char* key, const std::string& what, const std::string& actual) {
  const std::string given = google::text_of(metadata, key);
  if (given.empty() || given == actual) return;
  throw Refusal{
      400, "invalid",
      "Provided " + what + " \"" + given + "\" doesn't match calculated " + what + " \"" + actual + "\"."};
}

/// The rules of a patch: a null removes, custom metadata is merged key by key.
void merge(Json& resource, const Json& changes) {
  for (const char* key : kSettable) {
    if (changes.contains(key)) resource.merge_patch({{key, changes[key]}});
  }
}

}  // namespace

Json settable(const Json& resource) {
  Json kept = Json::object();
  for (const char* key : kSettable) {
    if (resource.is_object() && resource.contains(key) && !resource[key].is_null()) kept[key] = resource[key];
  }
  return kept;
}

std::uint64_t Object::generation() const { return google::number_of(resource, "generation").value_or(0); }

std::uint64_t Object::metageneration() const {
  return google::number_of(resource, "metageneration").value_or(0);
}

Json Store::create_bucket(const Json& resource) {
  const std::string name = google::text_of(resource, "name");
  check_bucket_name(name);
  const std::lock_guard lock(mutex_);
  if (buckets_.contains(name)) {
    throw Refusal{409, "conflict",
                  "Your previous request to create the named bucket succeeded and you already own it."};
  }
  Json bucket = {
      {"kind", "storage#bucket"}, {"id", name},           {"location", "US"}, {"storageClass", "STANDARD"},
      {"metageneration", "1"},    {"timeCreated", now()}, {"updated", now()}};
  bucket.merge_patch(resource);
  buckets_[name].resource = bucket;
  save_bucket(bucket);
  return bucket;
}

Json Store::bucket(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return find_bucket(name).resource;
}

Json Store::buckets() const {
  const std::lock_guard lock(mutex_);
  Json items = Json::array();
  for (const auto& [name, bucket] : buckets_) items.push_back(bucket.resource);
  return {{"kind", "storage#buckets"}, {"items", items}};
}

void Store::remove_bucket(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (!find_bucket(name).objects.empty()) {
    throw Refusal{409, "conflict", "The bucket you tried to delete is not empty."};
  }
  buckets_.erase(name);
  if (!folder_.empty()) std::filesystem::remove(folder_ + "/bucket-" + name + ".json");
}

void Store::check_put(const ObjectName& at, const Conditions& conditions) const {
  check_object_name(at.name);
  const std::lock_guard lock(mutex_);
  const Objects& objects = find_bucket(at.bucket).objects;
  const auto old = objects.find(at.name);
  const bool is_new = old == objects.end();
  conditions.check(is_new ? 0 : old->second.generation(), is_new ? 0 : old->second.metageneration(),
                   Purpose::Write);
}

Object Store::put(const ObjectName& at, const Json& metadata, BlobWriter& bytes,
                  const Conditions& conditions) {
  const std::string md5 = bytes.md5();
  check_sum(metadata, "md5Hash", "MD5 hash", md5);
  check_sum(metadata, "crc32c", "CRC32C", bytes.crc32c());
  check_put(at, conditions);
  const std::lock_guard lock(mutex_);
  Bucket& bucket = find_bucket(at.bucket);
  const auto old = bucket.objects.find(at.name);
  const bool is_new = old == bucket.objects.end();
  // Between the check above and here another writer may have been faster.
  conditions.check(is_new ? 0 : old->second.generation(), is_new ? 0 : old->second.metageneration(),
                   Purpose::Write);
  const std::string generation = std::to_string(next_generation());
  const std::string time = now();
  Object object{settable(metadata), bytes.finish(generation + ".data")};
  if (object.bytes == nullptr) {
    throw Refusal{500, "internalError", "The folder of the sandbox cannot be written."};
  }
  object.resource.update({{"kind", "storage#object"},
                          {"id", at.bucket + "/" + at.name + "/" + generation},
                          {"name", at.name},
                          {"bucket", at.bucket},
                          {"generation", generation},
                          {"metageneration", "1"},
                          {"size", std::to_string(bytes.size())},
                          {"md5Hash", md5},
                          {"crc32c", bytes.crc32c()},
                          {"etag", google::base64(generation)},
                          {"timeCreated", time},
                          {"updated", time},
                          {"timeStorageClassUpdated", time}});
  if (!object.resource.contains("contentType")) object.resource["contentType"] = "application/octet-stream";
  if (!object.resource.contains("storageClass")) object.resource["storageClass"] = "STANDARD";
  save(object);
  if (!is_new) forget(old->second);
  bucket.objects[at.name] = object;
  return object;
}

Object Store::get(const ObjectName& at, std::optional<std::uint64_t> generation,
                  const Conditions& conditions) const {
  const std::lock_guard lock(mutex_);
  const Objects& objects = find_bucket(at.bucket).objects;
  const auto found = objects.find(at.name);
  if (found == objects.end() || (generation && *generation != found->second.generation()))
    throw no_object(at);
  conditions.check(found->second.generation(), found->second.metageneration(), Purpose::Read);
  return found->second;
}

void Store::remove(const ObjectName& at, std::optional<std::uint64_t> generation,
                   const Conditions& conditions) {
  const std::lock_guard lock(mutex_);
  Objects& objects = find_bucket(at.bucket).objects;
  const auto found = objects.find(at.name);
  if (found == objects.end() || (generation && *generation != found->second.generation()))
    throw no_object(at);
  conditions.check(found->second.generation(), found->second.metageneration(), Purpose::Write);
  forget(found->second);
  objects.erase(found);
}

Object Store::patch(const ObjectName& at, const Json& changes, const Conditions& conditions) {
  const std::lock_guard lock(mutex_);
  Objects& objects = find_bucket(at.bucket).objects;
  const auto found = objects.find(at.name);
  if (found == objects.end()) throw no_object(at);
  Object& object = found->second;
  conditions.check(object.generation(), object.metageneration(), Purpose::Write);
  merge(object.resource, changes);
  object.resource["metageneration"] = std::to_string(object.metageneration() + 1);
  object.resource["updated"] = now();
  save(object);
  return object;
}

void Store::walk(const std::string& bucket, const std::string& from,
                 const std::function<bool(const Object&)>& visit) const {
  const std::lock_guard lock(mutex_);
  const Objects& objects = find_bucket(bucket).objects;
  for (auto object = objects.lower_bound(from); object != objects.end(); ++object) {
    if (!visit(object->second)) return;
  }
}

Store::Bucket& Store::find_bucket(const std::string& name) {
  const auto found = buckets_.find(name);
  if (found == buckets_.end()) throw Refusal{404, "notFound", "The specified bucket does not exist."};
  return found->second;
}

const Store::Bucket& Store::find_bucket(const std::string& name) const {
  return const_cast<Store*>(this)->find_bucket(name);
}

std::string Store::now() const { return to_string(clock_.now()); }

std::uint64_t Store::next_generation() {
  last_generation_ = std::max(last_generation_ + 1, static_cast<std::uint64_t>(clock_.now().micros));
  return last_generation_;
}

}  // namespace weir::sandbox::gcs

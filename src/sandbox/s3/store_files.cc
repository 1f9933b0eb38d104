// SPDX-License-Identifier: Apache-2.0
// What a store keeps in its folder: <number>.data holds bytes, <number>.json what is known of the object
// that begins with these bytes. A bucket is bucket-<name>.json.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "protocols/google/json_value.h"
#include "sandbox/s3/store.h"

namespace weir::sandbox::s3 {
namespace {

using Json = nlohmann::json;

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_text(const std::string& path, const Json& json) {
  std::ofstream(path + ".new", std::ios::binary) << google::dump_json(json);
  std::filesystem::rename(path + ".new", path);
}

/// Beside the first file of an object.
std::string description_of(const Object& object) {
  return std::filesystem::path(object.bytes->files().front()).stem().string() + ".json";
}

Json json_of(const std::string& bucket, const Object& object) {
  Json checksums = Json::object();
  for (const auto& [algorithm, value] : object.checksums.values) {
    checksums[checksum_header(algorithm)] = value;
  }
  return {{"bucket", bucket},
          {"key", object.key},
          {"etag", object.etag},
          {"modified", to_string(object.modified)},
          {"files", object.bytes->files()},
          {"properties", object.properties},
          {"checksums", checksums},
          {"composite", object.checksums.type == Checksums::Type::Composite}};
}

/// Without bytes when one of its files is missing.
Object object_of(const Json& json, const std::string& folder) {
  Object object{.key = google::text_of(json, "key"), .etag = google::text_of(json, "etag")};
  object.modified = parse_timestamp(google::text_of(json, "modified")).value_or(Timestamp{});
  for (const auto& [name, value] : google::member_of(json, "properties").items()) {
    if (value.is_string()) object.properties[name] = value.get<std::string>();
  }
  for (const auto& [name, value] : google::member_of(json, "checksums").items()) {
    const auto algorithm = checksum_of(name);
    if (algorithm && value.is_string()) object.checksums.values[*algorithm] = value.get<std::string>();
  }
  if (google::member_of(json, "composite") == true) object.checksums.type = Checksums::Type::Composite;
  std::vector<objects::BlobPointer> parts;
  for (const Json& file : google::member_of(json, "files")) {
    if (!file.is_string()) return object;
    auto part = objects::open_blob(folder + "/" + file.get<std::string>());
    if (part == nullptr) return object;
    parts.push_back(std::move(part));
  }
  if (!parts.empty()) object.bytes = objects::join_blobs(std::move(parts));
  return object;
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::string& folder, const io::Clock& clock) {
  std::unique_ptr<Store> store(new Store(folder, clock));
  if (folder.empty()) return store;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return fail(ErrorCode::InvalidConfig, "the folder {} cannot be made: {}", folder, error.message());
  store->load();
  return store;
}

void Store::load() {
  objects::remove_unfinished(folder_);
  std::set<std::string> used;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (entry.path().extension() != ".json") continue;
    const Json json = google::parse_json(read_text(entry.path()));
    if (entry.path().filename().string().starts_with("bucket-")) {
      const std::string name = google::text_of(json, "name");
      const auto created = parse_timestamp(google::text_of(json, "created"));
      places_[name].bucket = {name, google::text_of(json, "region"), created.value_or(Timestamp{})};
      continue;
    }
    Object object = object_of(json, folder_);
    if (object.bytes == nullptr) continue;
    const auto loaded = std::make_shared<const Object>(std::move(object));
    ObjectPointer& there = places_[google::text_of(json, "bucket")].objects[loaded->key];
    // One that was replaced when the sandbox ended may have been left behind.
    if (there == nullptr || there->modified < loaded->modified) there = loaded;
  }
  for (const auto& [name, place] : places_) {
    for (const auto& [key, object] : place.objects) {
      for (const std::string& file : object->bytes->files()) used.insert(file);
    }
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    const bool is_part_of_nothing =
        entry.path().extension() == ".data" && !used.contains(entry.path().filename().string());
    if (is_part_of_nothing) std::filesystem::remove(entry.path());
  }
}

void Store::save(const std::string& bucket, const Object& object) const {
  if (!folder_.empty()) write_text(folder_ + "/" + description_of(object), json_of(bucket, object));
}

void Store::save_bucket(const Bucket& bucket) const {
  if (folder_.empty()) return;
  write_text(folder_ + "/bucket-" + bucket.name + ".json",
             {{"name", bucket.name}, {"region", bucket.region}, {"created", to_string(bucket.created)}});
}

void Store::forget(const Object& object) const {
  if (folder_.empty()) return;
  std::filesystem::remove(folder_ + "/" + description_of(object));
  object.bytes->discard();
}

}  // namespace weir::sandbox::s3

// SPDX-License-Identifier: Apache-2.0
// What a store keeps in its folder: <generation>.data holds an object's bytes, <generation>.json its
// resource. Buckets need no file of their own but bucket-<name>.json.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "protocols/google/json_value.h"
#include "sandbox/gcs/store.h"

namespace weir::sandbox::gcs {
namespace {

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
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
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    const std::filesystem::path& path = entry.path();
    if (path.extension() != ".json") continue;
    const Json resource = google::parse_json(read_text(path));
    const std::string bucket = google::text_of(resource, "bucket");
    if (google::text_of(resource, "kind") == "storage#bucket") {
      buckets_[google::text_of(resource, "name")].resource = resource;
    }
    const Object object{resource, objects::open_blob(folder_ + "/" + path.stem().string() + ".data")};
    if (bucket.empty() || object.bytes == nullptr) continue;
    last_generation_ = std::max(last_generation_, object.generation());
    Object& kept = buckets_[bucket].objects[google::text_of(resource, "name")];
    if (kept.bytes == nullptr || kept.generation() < object.generation()) kept = object;
  }
}

void Store::save(const Object& object) const {
  if (folder_.empty()) return;
  const std::string path = folder_ + "/" + google::text_of(object.resource, "generation") + ".json";
  std::ofstream(path + ".new", std::ios::binary) << google::dump_json(object.resource);
  std::filesystem::rename(path + ".new", path);
}

void Store::save_bucket(const Json& bucket) const {
  if (folder_.empty()) return;
  std::ofstream(folder_ + "/bucket-" + google::text_of(bucket, "name") + ".json", std::ios::binary)
      << google::dump_json(bucket);
}

void Store::forget(const Object& object) const {
  if (folder_.empty()) return;
  std::filesystem::remove(folder_ + "/" + google::text_of(object.resource, "generation") + ".json");
  object.bytes->discard();
}

}  // namespace weir::sandbox::gcs

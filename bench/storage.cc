// SPDX-License-Identifier: Apache-2.0
// What the benchmarks need of a bucket, and the least that any program must do that turns a packed
// archive of a bucket into finished objects: read it, inflate it, and upload as many bytes.
//
//   storage create BUCKET
//   storage put BUCKET KEY FILE
//   storage get BUCKET PREFIX FOLDER     every object below PREFIX, as FOLDER/1, FOLDER/2 and so on
//   storage floor BUCKET KEY FOLDER      inflates KEY and uploads FOLDER's files at once; prints seconds
//
// Where the bucket is and who asks is said by AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY and AWS_REGION.
#include <fmt/format.h>
#include <isa-l/igzip_lib.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "io/object_reader.h"
#include "protocols/aws/s3_object_store.h"

namespace weir::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = 1U << 20U;

[[noreturn]] void give_up(const std::string& reason) {
  fmt::print(stderr, "storage: {}\n", reason);
  std::exit(1);
}

template <typename T>
T must(Result<T> result) {
  if (!result.ok()) give_up(result.error().to_string());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

class Storage {
 public:
  explicit Storage(const std::string& bucket) : world_{environment_, clock_, sleeper_, *http_} {
    aws::S3Options options;
    options.bucket = bucket;
    store_ = must(aws::S3ObjectStore::open(options, world_));
  }
  io::ObjectStore& store() { return *store_; }

  void create(const std::string& bucket) {
    auto address = must(aws::S3Address::make(bucket, environment_.get("AWS_ENDPOINT_URL_S3").value_or(""),
                                             aws::Addressing::Path));
    aws::S3Client client(std::move(address), environment_.get("AWS_REGION").value_or("us-east-1"),
                         must(aws::find_credentials({}, world_)), world_, {});
    aws::S3Call call{.method = "PUT"};
    must(client.succeed(call));
  }

 private:
  io::ProcessEnvironment environment_;
  io::SystemClock clock_;
  io::SystemSleeper sleeper_;
  std::unique_ptr<io::HttpClient> http_ = must(io::CurlHttpClient::open());
  aws::World world_;
  std::unique_ptr<io::ObjectStore> store_;
};

void upload(io::ObjectStore& store, const std::string& key, const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) give_up("cannot read " + path.string());
  const auto object = must(store.upload(key, {}));
  std::string piece(kPiece, '\0');
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0) {
    must(object->write({piece.data(), static_cast<std::size_t>(file.gcount())}));
  }
  must(object->finish());
}

void get(io::ObjectStore& store, const std::string& prefix, const fs::path& folder) {
  int number = 0;
  std::string piece(kPiece, '\0');
  for (const auto& object : must(io::list_all(store, prefix))) {
    std::ofstream file(folder / std::to_string(++number), std::ios::binary);
    const auto reader = must(io::ObjectReader::open(store, object));
    while (const auto count = must(reader->read(piece.data(), piece.size()))) {
      file.write(piece.data(), static_cast<std::streamsize>(count));
    }
    if (!file.flush()) give_up("cannot write into " + folder.string());
    fmt::print("{} {}\n", object.size, object.key);
  }
}

/// Inflates one gzip member as fast as the library does.
std::uint64_t inflate(io::ObjectStore& store, const std::string& key) {
  const auto reader = must(io::ObjectReader::open(store, must(store.head(key))));
  std::vector<char> stored(kPiece);
  std::vector<std::uint8_t> inflated(kPiece);
  const auto state = std::make_unique<inflate_state>();
  isal_inflate_init(state.get());
  state->crc_flag = ISAL_GZIP;
  std::uint64_t bytes = 0;
  while (state->block_state != ISAL_BLOCK_FINISH) {
    if (state->avail_in == 0) {
      state->avail_in = static_cast<std::uint32_t>(must(reader->read(stored.data(), stored.size())));
      state->next_in = reinterpret_cast<std::uint8_t*>(stored.data());
    }
    state->next_out = inflated.data();
    state->avail_out = static_cast<std::uint32_t>(inflated.size());
    if (isal_inflate(state.get()) != ISAL_DECOMP_OK) give_up(key + " is corrupt");
    bytes += inflated.size() - state->avail_out;
  }
  return bytes;
}

void floor_of(io::ObjectStore& store, const std::string& key, const fs::path& folder) {
  const auto start = std::chrono::steady_clock::now();
  std::uint64_t bytes = 0;
  std::thread inflating([&] { bytes = inflate(store, key); });
  for (const auto& file : fs::directory_iterator(folder)) {
    upload(store, "floor/" + file.path().filename().string(), file.path());
  }
  inflating.join();
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  fmt::print("{:.3f} {}\n", spent.count(), bytes);
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::size_t wanted = words.empty() ? 0 : words[0] == "create" ? 2 : 4;
  if (words.size() != wanted || wanted == 0) {
    fmt::print(stderr,
               "usage: storage create BUCKET | put BUCKET KEY FILE | get BUCKET PREFIX FOLDER | "
               "floor BUCKET KEY FOLDER\n");
    return 2;
  }
  weir::bench::Storage storage(words[1]);
  if (words[0] == "create") storage.create(words[1]);
  if (words[0] == "put") weir::bench::upload(storage.store(), words[2], words[3]);
  if (words[0] == "get") weir::bench::get(storage.store(), words[2], words[3]);
  if (words[0] == "floor") weir::bench::floor_of(storage.store(), words[2], words[3]);
  return 0;
}

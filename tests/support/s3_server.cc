// SPDX-License-Identifier: Apache-2.0
#include "tests/support/s3_server.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "protocols/aws/digest.h"

namespace weir::support {
namespace {

constexpr const char* kScript = WEIR_SOURCE_DIR "/tests/servers/swift/swift_server.py";

[[noreturn]] void give_up(const std::string& reason) {
  fmt::print(stderr, "the S3 server for tests cannot be had: {}\n", reason);
  ::_exit(1);
}

std::string endpoint_in(const std::string& folder) {
  std::ifstream file(folder + "/endpoint");
  std::string line;
  std::getline(file, line);
  return line;
}

/// A server of this program, stopped with it.
class OwnServer {
 public:
  OwnServer() {
    auto pattern = (std::filesystem::temp_directory_path() / "weir-swift-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) give_up("no folder for it can be made");
    folder_ = pattern;
    server_ = ::fork();
    if (server_ == 0) {
      ::execl("/usr/bin/python3", "python3", kScript, "run", folder_.c_str(), nullptr);
      ::_exit(127);
    }
    while (endpoint_in(folder_).empty()) {
      if (::waitpid(server_, nullptr, WNOHANG) != 0) give_up("it ended; the lines above say why");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  ~OwnServer() {
    ::kill(server_, SIGTERM);
    ::waitpid(server_, nullptr, 0);
    std::filesystem::remove_all(folder_);
  }
  OwnServer(const OwnServer&) = delete;
  OwnServer& operator=(const OwnServer&) = delete;
  std::string endpoint() const { return endpoint_in(folder_); }

 private:
  std::string folder_;
  pid_t server_ = -1;
};

std::string find_or_start() {
  if (const std::string shared = endpoint_in(WEIR_S3_FOLDER); !shared.empty()) return shared;
  static const OwnServer own;
  return own.endpoint();
}

io::FixedEnvironment environment_for(const std::string& key, const std::string& secret,
                                     const std::string& endpoint) {
  return io::FixedEnvironment({{"AWS_ACCESS_KEY_ID", key},
                               {"AWS_SECRET_ACCESS_KEY", secret},
                               {"AWS_REGION", S3Server::kRegion},
                               {"AWS_ENDPOINT_URL_S3", endpoint}});
}

}  // namespace

S3Server::S3Server(std::string endpoint)
    : endpoint_(std::move(endpoint)), environment_(environment_for(kAccessKey, kSecret, endpoint_)) {
  auto http = io::CurlHttpClient::open();
  if (!http.ok()) give_up(http.error().to_string());
  http_ = *std::move(http);
}

const S3Server& S3Server::shared() {
  static const S3Server server(find_or_start());
  return server;
}

io::FixedEnvironment S3Server::guest_environment() const {
  return environment_for(kGuestKey, kGuestSecret, endpoint_);
}

aws::World S3Server::world_of(const io::Environment& environment) const {
  static const io::SystemClock clock;
  static io::SystemSleeper sleeper;
  return {environment, clock, sleeper, *http_};
}

S3Bucket::S3Bucket(aws::S3Sizes sizes, const S3Server& server)
    : server_(server), name_("weir-" + aws::random_name()) {
  auto address = aws::S3Address::make(name_, server.endpoint(), aws::Addressing::Path);
  auto credentials = aws::find_credentials({}, server.world());
  if (!address.ok() || !credentials.ok()) give_up("its settings are wrong");
  client_ = std::make_unique<aws::S3Client>(*std::move(address), S3Server::kRegion, *std::move(credentials),
                                            server.world(), aws::S3Limits{});
  aws::S3Call create{.method = "PUT"};
  const auto made = client_->succeed(create);
  if (!made.ok()) give_up(made.error().to_string());
  auto opened = aws::S3ObjectStore::open(options(), server.world(), {}, sizes);
  if (!opened.ok()) give_up(opened.error().to_string());
  store_ = *std::move(opened);
}

S3Bucket::~S3Bucket() {
  const auto all = io::list_all(*store_, "");
  if (!all.ok()) return;
  for (const auto& object : *all) (void)store_->remove(object.key);
  aws::S3Call remove{.method = "DELETE"};
  (void)client_->exchange(remove);
}

aws::S3Options S3Bucket::options() const {
  aws::S3Options options;
  options.bucket = name_;
  return options;
}

std::string S3Bucket::unfinished_uploads() {
  aws::S3Call call{.query = {{"uploads", ""}}};
  const auto answer = client_->succeed(call);
  if (!answer.ok()) return answer.error().to_string();
  std::string keys;
  const std::string& body = answer->response.body;
  constexpr std::string_view kBegin = "<Upload><Key>";
  for (std::size_t at = 0; (at = body.find(kBegin, at)) != std::string::npos;) {
    at += kBegin.size();
    keys += body.substr(at, body.find('<', at) - at) + "\n";
  }
  return keys;
}

}  // namespace weir::support

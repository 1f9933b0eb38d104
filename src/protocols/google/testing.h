// SPDX-License-Identifier: Apache-2.0
// For the tests of this folder: a sandbox with one bucket, and clients of it that never really wait.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "io/http_client.h"
#include "protocols/google/gcs_object_store.h"
#include "sandbox/sandbox.h"

namespace weir::google {

class TestBucket {
 public:
  static constexpr std::size_t kPart = 512U << 10U;

  explicit TestBucket(sandbox::Settings settings = {}) {
    settings.buckets = {"exports"};
    auto opened = io::CurlHttpClient::open();
    auto started = sandbox::Sandbox::start(settings, clock_);
    EXPECT_TRUE(opened.ok() && started.ok());
    http_ = *std::move(opened);
    sandbox_ = *std::move(started);
    store_ = as(Anonymous{});
  }
  ~TestBucket() {
    store_.reset();
    http_.reset();  // the server waits for connections that are kept
  }

  sandbox::Sandbox& server() { return *sandbox_; }
  io::ObjectStore& store() { return *store_; }
  io::ManualClock& clock() { return clock_; }
  io::RecordingSleeper& sleeper() { return sleeper_; }
  World world() { return {*http_, clock_, sleeper_}; }

  GcsBucket bucket(const std::string& name = "exports") const {
    GcsBucket bucket{name, sandbox_->url()};
    bucket.part_size = kPart;
    bucket.page_size = 10;
    bucket.timeout = std::chrono::seconds(20);
    return bucket;
  }
  std::unique_ptr<GcsObjectStore> as(Credentials credentials) {
    return std::make_unique<GcsObjectStore>(bucket(), std::move(credentials), world());
  }
  /// The sandbox's service account.
  Credentials service_account() {
    auto file = sandbox_->service_account_file();
    EXPECT_TRUE(file.ok());
    auto credentials = parse_credentials(*file, "the sandbox's key");
    EXPECT_TRUE(credentials.ok());
    return *std::move(credentials);
  }
  /// A login that the sandbox knows by this refresh token.
  Credentials login(const std::string& refresh_token) const {
    return AuthorizedUser{"client", Secret("secret"), Secret(refresh_token), sandbox_->url() + "/token", ""};
  }
  /// How many requests so far hold this text.
  std::size_t count(const std::string& text) const {
    std::size_t found = 0;
    for (const std::string& request : sandbox_->requests()) found += request.find(text) != std::string::npos;
    return found;
  }
  void fault(sandbox::Fault fault) { sandbox_->faults().add(std::move(fault)); }

 private:
  io::ManualClock clock_{Timestamp{1'700'000'000'000'000}};
  io::RecordingSleeper sleeper_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
  std::unique_ptr<io::CurlHttpClient> http_;
  std::unique_ptr<GcsObjectStore> store_;
};

/// The name of a failure's code, or "ok".
template <typename T>
std::string outcome(const Result<T>& result) {
  return result.ok() ? "ok" : std::string(name(result.error().code()));
}

}  // namespace weir::google

// SPDX-License-Identifier: Apache-2.0
// A real S3 server for tests: OpenStack Swift, which verifies signatures and payload hashes. ctest
// starts one for all of its tests (tests/servers/swift); a test program that is run alone starts its
// own and stops it at its end. A test fails when Swift is not installed. One thread.
#pragma once

#include <memory>
#include <string>

#include "io/environment.h"
#include "protocols/aws/s3_object_store.h"

namespace weir::support {

class S3Server {
 public:
  /// Started when first asked for. Ends the program when it cannot be.
  static const S3Server& shared();

  static constexpr const char* kAccessKey = "WEIRTEST";
  static constexpr const char* kSecret = "weir/secret+key=";
  /// A user who may do nothing.
  static constexpr const char* kGuestKey = "WEIRGUEST";
  static constexpr const char* kGuestSecret = "guest-secret";
  static constexpr const char* kRegion = "us-east-1";

  /// "http://127.0.0.1:40001".
  const std::string& endpoint() const { return endpoint_; }
  /// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL_S3.
  const io::FixedEnvironment& environment() const { return environment_; }
  io::FixedEnvironment guest_environment() const;
  /// What a store on the server uses of the world: the real clock, HTTP and waiting.
  aws::World world() const { return world_of(environment_); }
  aws::World world_of(const io::Environment& environment) const;

 private:
  explicit S3Server(std::string endpoint);

  std::string endpoint_;
  io::FixedEnvironment environment_;
  std::unique_ptr<io::HttpClient> http_;
};

/// An empty bucket with a name of its own, removed at the end with all that is in it.
class S3Bucket {
 public:
  /// `sizes` are those of store().
  explicit S3Bucket(aws::S3Sizes sizes = {}, const S3Server& server = S3Server::shared());
  ~S3Bucket();
  S3Bucket(const S3Bucket&) = delete;
  S3Bucket& operator=(const S3Bucket&) = delete;

  const std::string& name() const { return name_; }
  const S3Server& server() const { return server_; }
  io::ObjectStore& store() { return *store_; }
  /// Options of a store whose credentials and endpoint come from the server's environment.
  aws::S3Options options() const;
  /// The keys of multipart uploads that nobody has finished, one a line.
  std::string unfinished_uploads();

 private:
  const S3Server& server_;
  std::string name_;
  std::unique_ptr<aws::S3Client> client_;
  std::unique_ptr<io::ObjectStore> store_;
};

}  // namespace weir::support

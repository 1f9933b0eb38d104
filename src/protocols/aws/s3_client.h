// SPDX-License-Identifier: Apache-2.0
// S3Client: signed exchanges with one bucket. The only place that repeats requests to S3 and that
// repairs what an answer says is wrong: the region, the clock, expired credentials. Used by
// S3ObjectStore and its parts. Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "io/object_store.h"
#include "io/retry.h"
#include "protocols/aws/credentials.h"
#include "protocols/aws/s3_address.h"
#include "protocols/aws/s3_answers.h"
#include "protocols/aws/s3_pace.h"

namespace weir::aws {

struct S3Limits {
  io::RetryPolicy retry{8, std::chrono::milliseconds(100), std::chrono::seconds(20), std::chrono::minutes(2)};
  std::chrono::milliseconds timeout = std::chrono::minutes(15);  ///< for one exchange
  std::chrono::seconds stall_timeout = std::chrono::seconds(30);
  /// For what the server does by itself, as a copy, before it says a word.
  std::chrono::seconds work_timeout = std::chrono::minutes(5);
  std::size_t parallel = 32;  ///< exchanges at the same time, until the server wants fewer
};

/// What an exchange is worth.
enum class Effort {
  Usual,
  Patient,  ///< the server may be busy with it for long
  Small,    ///< cleaning up: one repetition at most
};

struct S3Call {
  std::string method = "GET";
  std::string key = {};  ///< empty: the bucket
  Query query = {};
  std::vector<io::HttpHeader> headers = {};
  std::string body = {};
  Effort effort = Effort::Usual;
};

struct S3Answer {
  io::HttpResponse response;
  ServiceError error;  ///< also of an answer that says 200 and holds an error
  /// Whether an exchange before this one ended without a word, and so may have done its work.
  enum class Earlier { Nothing, MaybeDone } earlier = Earlier::Nothing;

  bool ok() const { return response.status / 100 == 2 && error.code.empty(); }
};

class S3Client {
 public:
  /// `world` must outlive the client.
  S3Client(S3Address address, std::string region, FoundCredentials credentials, const World& world,
           S3Limits limits);

  /// The last answer, good or bad, after all repeating; Unavailable when there is none. The call's
  /// body is still in place afterwards.
  Result<S3Answer> exchange(S3Call& call);
  /// Like exchange(), but an answer that is not ok() is an error.
  Result<S3Answer> succeed(S3Call& call);

  /// Whether the store has answered such a write with 501: it knows no condition of that kind there.
  bool lacks(const std::string& method, io::Precondition::Kind condition) const;
  void has_lacked(const std::string& method, io::Precondition::Kind condition);

  /// What an answer that is not ok() means.
  Error error_of(const S3Answer& answer) const;
  const std::string& bucket() const { return address_.bucket(); }
  Timestamp now() const { return world_.clock.now(); }

 private:
  enum class Repair { None, Done };
  /// Repairs that one call has had; each helps at most once.
  struct Repairs {
    Repair region = Repair::None;
    Repair clock = Repair::None;
    Repair credentials = Repair::None;
  };
  /// What a request was signed with.
  struct Signed {
    Credentials credentials;
    std::string region;
    Timestamp time;
  };

  io::HttpRequest request_of(S3Call& call) const;
  Result<S3Answer> attempt(const S3Call& call, io::HttpRequest& request, const std::string& hash,
                           Repairs& repairs);
  Result<Signed> sign_now(const S3Call& call, io::HttpRequest& request, const std::string& hash);
  Result<Repair> repair(const S3Answer& answer, const Signed& used, const S3Call& call, Repairs& repairs);
  Result<std::string> region();
  double random();

  const S3Address address_;
  FoundCredentials credentials_;
  const World world_;
  const S3Limits limits_;
  std::atomic<std::int64_t> clock_offset_ = 0;  // microseconds that this machine's clock is late
  std::atomic<std::uint64_t> draws_ = 0;
  std::atomic<unsigned> lacking_ = 0;  // a bit for each kind of conditional write
  S3Pace pace_;

  std::mutex mutex_;  // guards region_
  std::string region_;
};

}  // namespace weir::aws

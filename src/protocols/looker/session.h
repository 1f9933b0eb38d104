// SPDX-License-Identifier: Apache-2.0
// A login at a Looker instance that is made when it is first needed, renewed before it expires and once when
// it is refused, and ended when this is dropped; and the calls that are made with it. Used by the folder's
// other files and by the connector. Thread-safe: one thread logs in, the others wait.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "io/clock.h"
#include "io/http_client.h"
#include "io/retry.h"
#include "io/sleeper.h"
#include "protocols/looker/host_limit.h"
#include "protocols/looker/instance.h"

namespace weir::looker {

/// What a session may use of the world. All of it must outlive it.
struct World {
  io::HttpClient& http;
  const io::Clock& clock;
  io::Sleeper& sleeper;
};

inline constexpr io::RetryPolicy kPolicy{.max_attempts = 6,
                                         .first_wait = std::chrono::seconds(1),
                                         .longest_wait = std::chrono::seconds(30),
                                         .budget = std::chrono::minutes(10)};

/// Waits before the next attempt, or says that there is none. One object for each operation.
class Patience {
 public:
  Patience(const World& world, io::RetryPolicy policy) : world_(world), policy_(policy) {}

  /// Has waited when it says TryAgain.
  io::RetryAction after(const Error& error);
  /// What was done since the last error was worth something.
  void forget() { attempts_ = {}; }

 private:
  World world_;
  io::RetryPolicy policy_;
  io::Attempts attempts_;
};

struct Call {
  std::string method = "GET";
  std::string path;    ///< behind /api/4.0, with its parameters
  std::string body{};  ///< JSON
};

class Session {
 public:
  Session(Instance instance, const World& world, std::size_t concurrency, io::RetryPolicy policy = kPolicy);
  /// Ends the login at the instance; whether that succeeds makes no difference.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The body of a good answer. Tried again where that is sensible: every call that weir makes may be
  /// repeated.
  Result<std::string> call(const Call& call);
  /// One attempt, whose rows go to `sink`; it has got nothing when the answer was refused. Anything but a
  /// status of 200 is an error.
  Result<void> receive(const Call& call, io::BodySink& sink);
  /// For whoever runs a query: no more of them at once than the instance takes.
  HostLimit& limit() { return limit_; }

  const Instance& instance() const { return instance_; }
  const World& world() const { return world_; }
  const io::RetryPolicy& policy() const { return policy_; }

 private:
  Result<Secret> token();
  void reject(const Secret& token);
  Result<void> log_in();
  Result<void> keep(const io::HttpResponse& answer);
  Result<io::HttpResponse> send(const Call& call, io::BodySink* sink);
  Result<io::HttpResponse> send_with(const Secret& token, const Call& call, io::BodySink* sink);

  const Instance instance_;
  const World world_;
  const io::RetryPolicy policy_;
  HostLimit limit_;
  std::mutex mutex_;  // guards what follows
  Secret token_;
  Timestamp renew_at_;
};

}  // namespace weir::looker

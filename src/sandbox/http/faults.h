// SPDX-License-Identifier: Apache-2.0
// Faults that tests order: the next requests that fit are refused, reset, stalled or cut. Served at
// /_fault. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sandbox/http/http.h"

namespace weir::sandbox {

enum class FaultAction {
  Status,        ///< answered with a status and nothing done
  Reset,         ///< the connection is reset before anything is done, or after some bytes of the body
  Lose,          ///< the request is carried out, then the connection is reset instead of an answer
  Stall,         ///< nothing happens for a while, then the request goes on
  Cut,           ///< the answer breaks off after some bytes of its body
  Truncate,      ///< the same, but as HTTP sees it the answer is complete
  LookerError,   ///< rows of Looker end with an error row
  ExpireTokens,  ///< all tokens of Looker's API have expired
  InnerError,    ///< S3 says 200 and tells an error, where it does such a thing
  KeepAlive,     ///< S3 sends blanks for a while before what it has to say, where it does such a thing
};

struct Fault {
  std::string method{};  ///< empty: every one
  std::string match{};   ///< part of the path and query as sent; empty: every one
  FaultAction action = FaultAction::Status;
  int times = 1;
  int skip = 0;  ///< requests that fit and are still let through
  int after_bytes = 0;
  int status = 503;
  std::string reason{};  ///< empty: the usual one of the status
  int retry_after = 0;   ///< seconds; 0: no such header
  int milliseconds = 0;
  int after_rows = 0;     ///< good rows before an error row
  std::string message{};  ///< of an error row; empty: a usual one
  std::string body{};     ///< of a status; empty: the usual one of the service
  std::string content_type{};
};

/// From the JSON of /_fault. InvalidConfig says what is wrong with it.
Result<Fault> parse_fault(const std::string& json);

class Faults final : public Service {
 public:
  void add(Fault fault);
  void clear();
  /// The fault that meets this request, if any.
  std::optional<Fault> take(const std::string& method, const std::string& target);
  /// Waits, or less long when the faults are cleared.
  void stall(int milliseconds);

  /// POST /_fault adds one, GET shows those to come, DELETE clears.
  std::optional<Answer> answer(const Request& request, RequestBody& body) override;

 private:
  std::string waiting() const;

  mutable std::mutex mutex_;  // guards faults_
  std::vector<Fault> faults_;
  std::atomic<int> cleared_ = 0;
};

/// What a service answers that fails like Google's do.
Answer google_error(int status, const std::string& reason, const std::string& message,
                    const std::string& location = {});

}  // namespace weir::sandbox

// SPDX-License-Identifier: Apache-2.0
// The one error type of the product. Everything that can fail returns Result<T> (result.h),
// whose failure side is this class. Plain values: copy and move freely between threads.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// What the caller should do next. A code is chosen by the wanted reaction, not by the cause.
enum class ErrorCode {
  InvalidConfig,     ///< stop; the user edits the configuration
  Unsupported,       ///< stop; the combination that was asked for does not exist
  PermissionDenied,  ///< fail the run and show the grant that is missing
  NotFound,          ///< fail the run and show the object that is missing
  DataMismatch,      ///< fail the run and show the row or value that does not fit
  Unauthenticated,   ///< refresh the token once
  RateLimited,       ///< wait retry_after, then try again
  Unavailable,       ///< back off with jitter, then try again
  Conflict,          ///< restart the partition
  Exhausted,         ///< fail the run: no disk, memory or quota is left
  Cancelled,         ///< stop quietly: the user asked for it
  Internal,          ///< our bug
};

/// The code's name in snake_case, as shown in logs and JSON: "data_mismatch".
std::string_view name(ErrorCode code);

/// A failure: what happened in words for a person, with one context frame per layer.
class Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  ErrorCode code() const { return code_; }
  /// What happened and what to do about it, without the context frames.
  const std::string& message() const { return message_; }
  /// Outermost frame first: {"pipeline request_logs", "partition 2022-01-24"}.
  const std::vector<std::string>& context() const { return context_; }
  std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }

  /// Adds an outer context frame, as a present participle: "reading logs/2022-01-24.jsonl".
  Error within(std::string frame) const&;
  Error within(std::string frame) &&;
  Error with_retry_after(std::chrono::seconds wait) &&;

  /// The whole story on one line: "loading a: reading b: message".
  std::string to_string() const;

 private:
  ErrorCode code_;
  std::string message_;
  std::vector<std::string> context_;
  std::optional<std::chrono::seconds> retry_after_;
};

}  // namespace weir

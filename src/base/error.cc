// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <utility>

namespace weir {

std::string_view name(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidConfig:
      return "invalid_config";
    case ErrorCode::Unsupported:
      return "unsupported";
    case ErrorCode::PermissionDenied:
      return "permission_denied";
    case ErrorCode::NotFound:
      return "not_found";
    case ErrorCode::DataMismatch:
      return "data_mismatch";
    case ErrorCode::Unauthenticated:
      return "unauthenticated";
    case ErrorCode::RateLimited:
      return "rate_limited";
    case ErrorCode::Unavailable:
      return "unavailable";
    case ErrorCode::Conflict:
      return "conflict";
    case ErrorCode::Exhausted:
      return "exhausted";
    case ErrorCode::Cancelled:
      return "cancelled";
    case ErrorCode::Internal:
      return "internal";
  }
  return "internal";
}

Error Error::within(std::string frame) const& { return Error(*this).within(std::move(frame)); }

Error Error::within(std::string frame) && {
  context_.insert(context_.begin(), std::move(frame));
  return std::move(*this);
}

Error Error::with_retry_after(std::chrono::seconds wait) && {
  retry_after_ = wait;
  return std::move(*this);
}

std::string Error::to_string() const {
  std::string text;
  for (const auto& frame : context_) text += frame + ": ";
  return text + message_;
}

}  // namespace weir

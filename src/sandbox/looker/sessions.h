// SPDX-License-Identifier: Apache-2.0
// Sessions: who is logged in to the API, and until when. Used by the service. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "io/clock.h"
#include "sandbox/looker/settings.h"

namespace weir::sandbox::looker {

struct Session {
  std::int64_t user = 1;
  std::string workspace = "production";
  Timestamp expires;
};

class Sessions {
 public:
  Sessions(const Settings& settings, const io::Clock& clock) : settings_(settings), clock_(clock) {}

  /// A token; nothing when id or secret are wrong.
  std::optional<std::string> login(std::string_view client_id, std::string_view client_secret);
  std::string login_as(std::int64_t user);
  /// Of "Bearer <token>" or "token <token>"; nothing when it is unknown or has expired.
  std::optional<Session> find(std::string_view authorization) const;
  void change_workspace(std::string_view authorization, const std::string& workspace);
  void logout(std::string_view authorization);
  void expire_all();
  /// Neither logged out nor expired.
  std::size_t open() const;

 private:
  const Settings& settings_;
  const io::Clock& clock_;
  mutable std::mutex mutex_;  // guards sessions_
  std::map<std::string, Session, std::less<>> sessions_;
};

}  // namespace weir::sandbox::looker

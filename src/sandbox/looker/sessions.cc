// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/sessions.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace weir::sandbox::looker {
namespace {

std::string_view token_in(std::string_view authorization) {
  const std::size_t blank = authorization.find(' ');
  const std::string_view scheme = authorization.substr(0, blank);
  const bool is_known = scheme == "Bearer" || scheme == "token";
  return is_known && blank != std::string_view::npos ? authorization.substr(blank + 1) : std::string_view();
}

}  // namespace

std::optional<std::string> Sessions::login(std::string_view client_id, std::string_view client_secret) {
  if (client_id != settings_.client_id || client_secret != settings_.client_secret) return std::nullopt;
  return login_as(1);
}

std::string Sessions::login_as(std::int64_t user) {
  std::random_device device;
  std::string token;
  for (int i = 0; i < 5; ++i) token += fmt::format("{:08x}", device());
  const std::lock_guard lock(mutex_);
  sessions_[token] = {user, "production", {clock_.now().micros + settings_.token_seconds * 1'000'000}};
  return token;
}

std::optional<Session> Sessions::find(std::string_view authorization) const {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(token_in(authorization));
  const bool is_good = found != sessions_.end() && clock_.now() < found->second.expires;
  return is_good ? std::optional(found->second) : std::nullopt;
}

void Sessions::change_workspace(std::string_view authorization, const std::string& workspace) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(token_in(authorization));
  if (found != sessions_.end()) found->second.workspace = workspace;
}

void Sessions::logout(std::string_view authorization) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(token_in(authorization));
  if (found != sessions_.end()) sessions_.erase(found);
}

void Sessions::expire_all() {
  const std::lock_guard lock(mutex_);
  sessions_.clear();
}

std::size_t Sessions::open() const {
  const std::lock_guard lock(mutex_);
  const Timestamp now = clock_.now();
  return static_cast<std::size_t>(
      std::count_if(sessions_.begin(), sessions_.end(),
                    [now](const auto& session) { return now < session.second.expires; }));
}

}  // namespace weir::sandbox::looker

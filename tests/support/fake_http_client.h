// SPDX-License-Identifier: Apache-2.0
// An HttpClient that answers from a script: `http.when("https://a/b").then({200, {}, "ok"});`
// Thread-safe, except that the script is written before the first request.
#pragma once

#include <map>
#include <mutex>
#include <variant>

#include "io/http_client.h"

namespace weir::support {

class FakeHttpClient final : public io::HttpClient {
 public:
  /// Answers of one URL, given in order; the last one is given for ever.
  class Script {
   public:
    Script& then(io::HttpResponse response) { return answers_.emplace_back(std::move(response)), *this; }
    Script& then_fail(Error error) { return answers_.emplace_back(std::move(error)), *this; }

   private:
    friend class FakeHttpClient;
    std::vector<std::variant<io::HttpResponse, Error>> answers_;
    std::size_t given_ = 0;
  };

  Script& when(const std::string& url) { return scripts_[url]; }

  Result<io::HttpResponse> send(const io::HttpRequest& request) override {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    const auto found = scripts_.find(request.url);
    if (found == scripts_.end() || found->second.answers_.empty()) {
      return fail(ErrorCode::Unavailable, "the test has no answer for {}", request.url);
    }
    Script& script = found->second;
    const auto& answer = script.answers_[std::min(script.given_++, script.answers_.size() - 1)];
    if (const auto* error = std::get_if<Error>(&answer)) return Failure(*error);
    return std::get<io::HttpResponse>(answer);
  }

  /// Every request so far, oldest first.
  std::vector<io::HttpRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Script> scripts_;
  std::vector<io::HttpRequest> requests_;
};

}  // namespace weir::support

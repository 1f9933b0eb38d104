// SPDX-License-Identifier: Apache-2.0
// The world that tests of this folder live in: fake HTTP, a clock that stands still, no waiting.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/text.h"
#include "protocols/aws/s3_object_store.h"

namespace weir::aws::testing {

/// An HttpClient whose answers a function gives; it keeps what it was asked.
class AnsweringHttp final : public io::HttpClient {
 public:
  using Answer = std::function<Result<io::HttpResponse>(const io::HttpRequest& request)>;

  Answer answer = [](const io::HttpRequest& request) -> Result<io::HttpResponse> {
    return fail(ErrorCode::Unavailable, "the test has no answer for {}", request.url);
  };

  Result<io::HttpResponse> send(const io::HttpRequest& request) override {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    return answer(request);
  }
  /// "GET https://…\n" for each request.
  std::string lines() const {
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const auto& request : requests_) text += request.method + " " + request.url + "\n";
    return text;
  }
  std::vector<io::HttpRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<io::HttpRequest> requests_;
};

/// The value of a request's header, or "".
inline std::string header(const io::HttpRequest& request, const std::string& name) {
  for (const auto& one : request.headers) {
    if (lower(one.name) == lower(name)) return one.value;
  }
  return "";
}

inline io::HttpResponse answer_of(int status, std::string body = "",
                                  std::vector<io::HttpHeader> headers = {}) {
  return {status, std::move(headers), std::move(body)};
}

inline io::HttpResponse error_of(int status, const std::string& code) {
  return answer_of(status, "<?xml version=\"1.0\"?><Error><Code>" + code +
                               "</Code><Message>words about it</Message></Error>");
}

/// Everything a World refers to. Nothing is configured, and there is no home folder.
struct FakeWorld {
  std::map<std::string, std::string> variables = {{"HOME", "/nonexistent"}};
  io::ManualClock clock{*parse_timestamp("2024-03-07T09:15:02Z")};
  io::RecordingSleeper sleeper;
  AnsweringHttp http;
  std::unique_ptr<io::FixedEnvironment> environment;

  World world() {
    environment = std::make_unique<io::FixedEnvironment>(variables);
    return {*environment, clock, sleeper, http};
  }
  /// Sets credentials of the environment.
  void log_in() {
    variables["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE";
    variables["AWS_SECRET_ACCESS_KEY"] = "wJalrXUtnFEMI";
  }
  /// A store on the bucket "acme"; a failure fails the test.
  std::unique_ptr<S3ObjectStore> store(S3Options options = {}, S3Sizes sizes = {}) {
    if (options.bucket.empty()) options.bucket = "acme";
    auto opened = S3ObjectStore::open(options, world(), {}, sizes);
    if (opened.ok()) return *std::move(opened);
    ADD_FAILURE() << opened.error().to_string();
    return nullptr;
  }
};

/// A file that is gone at the end.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    path_ = (std::filesystem::temp_directory_path() / "weir-aws-XXXXXX").string();
    const int file = ::mkstemp(path_.data());
    EXPECT_GE(file, 0);
    ::close(file);
    std::ofstream(path_) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace weir::aws::testing

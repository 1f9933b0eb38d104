// SPDX-License-Identifier: Apache-2.0
// For the tests of this folder: the service without a network, and requests that weir's own signer signs.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "protocols/aws/signer.h"
#include "sandbox/http/faults.h"
#include "sandbox/s3/digest.h"
#include "sandbox/s3/s3_service.h"

namespace weir::sandbox::s3 {

class S3Test : public testing::Test {
 protected:
  /// A body that is there at once, or that breaks off behind its last byte.
  class TextBody final : public RequestBody {
   public:
    explicit TextBody(std::string text) : text_(std::move(text)) {}
    bool read(const Receiver& receiver) override {
      // In small pieces, as nothing may depend on where they end.
      for (std::size_t at = 0; at < text_.size(); at += 7) receiver(std::string_view(text_).substr(at, 7));
      return true;
    }

   private:
    std::string text_;
  };

  void SetUp() override { open({}); }

  void open(Settings settings, const std::string& folder = {}) {
    service.reset();
    settings.smallest_part = 10;
    settings.buckets = {"exports", "elsewhere@eu-west-1"};
    auto store = Store::open(folder, clock);
    ASSERT_TRUE(store.ok());
    service = std::make_unique<S3Service>(*std::move(store), settings);
    ASSERT_TRUE(service->make_buckets(settings).ok());
  }

  /// What the next requests are signed with.
  struct Signer {
    std::string key = "sandbox";
    std::string secret = "sandbox-secret";
    std::string token{};
    std::string region = "us-east-1";
    std::string payload{};  ///< instead of the body's hash
  };

  /// A signed request, not sent.
  Request request(const std::string& method, const std::string& target, const std::string& body = {},
                  const Parameters& headers = {}) const {
    const std::size_t question = std::min(target.find('?'), target.size());
    Request sent{method, target.substr(0, question), {}, {}, "http://127.0.0.1:8086"};
    if (question < target.size()) sent.query_text = target.substr(question + 1);
    sent.query = parse_form(sent.query_text);
    // The signer wants its URLs as signatures have them.
    io::HttpRequest made{.method = method};
    made.url = sent.base_url + percent_encode(percent_decode(sent.path), Slash::Keep) + "?" +
               aws::canonical_query({sent.query.begin(), sent.query.end()});
    for (const auto& [name, value] : headers) made.headers.push_back({name, value});
    const aws::Credentials credentials{signer.key, Secret(signer.secret), Secret(signer.token), {}};
    const aws::Scope scope{signer.region, "s3"};
    const std::string payload = signer.payload.empty() ? sha256_hex(body) : signer.payload;
    aws::sign(made, {credentials, scope, clock.now(), payload});
    sent.headers = {{"host", "127.0.0.1:8086"}, {"content-length", std::to_string(body.size())}};
    for (const auto& header : made.headers) sent.headers[lower_name(header.name)] = header.value;
    return sent;
  }
  Answer send(const Request& sent, const std::string& body = {}) {
    TextBody text(body);
    auto answer = service->answer(sent, text);
    return answer ? *answer : Answer{.status = -1};
  }
  Answer ask(const std::string& method, const std::string& target, const std::string& body = {},
             const Parameters& headers = {}) {
    return send(request(method, target, body, headers), body);
  }
  /// "412 PreconditionFailed", or the status alone.
  static std::string outcome(const Answer& answer) {
    const std::string code = text_in(answer.body, "Code");
    return std::to_string(answer.status) + (code.empty() ? "" : " " + code);
  }
  std::string outcome_of(const std::string& method, const std::string& target, const std::string& body = {},
                         const Parameters& headers = {}) {
    return outcome(ask(method, target, body, headers));
  }
  void put(const std::string& key, const std::string& bytes) {
    EXPECT_EQ(outcome_of("PUT", "/exports/" + key, bytes), "200") << key;
  }
  std::string get(const std::string& key, const Parameters& headers = {}) {
    const Answer answer = ask("GET", "/exports/" + key, "", headers);
    return outcome(answer) + " " + (answer.content ? answer.content(0, answer.content_size) : "");
  }
  static std::string header(const Answer& answer, const std::string& name) {
    for (const auto& one : answer.headers) {
      if (lower_name(one.first) == lower_name(name)) return one.second;
    }
    return {};
  }
  /// What stands between the first <name> and its end.
  static std::string text_in(const std::string& xml, const std::string& name) {
    const std::size_t start = xml.find("<" + name + ">");
    if (start == std::string::npos) return {};
    const std::size_t begin = start + name.size() + 2;
    return xml.substr(begin, xml.find('<', begin) - begin);
  }
  /// All of them, with blanks between.
  static std::string texts_in(std::string xml, const std::string& name) {
    std::string all;
    for (std::size_t at = xml.find("<" + name + ">"); at != std::string::npos;
         at = xml.find("<" + name + ">")) {
      xml.erase(0, at);
      all += (all.empty() ? "" : " ") + text_in(xml, name);
      xml.erase(0, 1);
    }
    return all;
  }
  static std::string lower_name(std::string name) {
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return name;
  }

  io::ManualClock clock{*parse_timestamp("2024-03-07T09:15:02Z")};
  Signer signer;
  std::unique_ptr<S3Service> service;
};

}  // namespace weir::sandbox::s3

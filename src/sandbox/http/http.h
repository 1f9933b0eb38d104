// SPDX-License-Identifier: Apache-2.0
// Requests and answers as the services of the sandbox see them. Used by all of them. Plain values,
// except the body of a request, which is read while it arrives and belongs to one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::sandbox {

/// One value a name is enough: no API of ours repeats parameters that matter.
using Parameters = std::map<std::string, std::string>;

struct Fault;

struct Request {
  std::string method;
  std::string path;      ///< as sent: an encoded slash is not a slash
  Parameters query;      ///< decoded
  Parameters headers;    ///< names in lower case
  std::string base_url;  ///< "http://127.0.0.1:8086", as the client reached us
  /// What a test ordered for this request, if anything; a service heeds the actions that are its own.
  const Fault* fault = nullptr;
  std::string query_text{};  ///< as sent

  std::optional<std::string> parameter(const std::string& name) const;
  std::optional<std::string> header(const std::string& name) const;
};

/// The decoded segments of a path: "/b/x/o/a%2Fb" is {"b", "x", "o", "a/b"}.
std::vector<std::string> segments(const std::string& path);
std::string percent_decode(std::string_view text, char plus = '+');
/// "a=1&b=x%20y", from a query or a form.
Parameters parse_form(std::string_view text);

class RequestBody {
 public:
  using Receiver = std::function<void(std::string_view)>;
  virtual ~RequestBody() = default;
  /// Hands out what arrives; false when the connection broke off before the end.
  virtual bool read(const Receiver& receiver) = 0;
  /// All of it; nothing when the connection broke off.
  std::optional<std::string> all();
};

struct Answer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string content_type{};
  std::string body{};
  /// Instead of `body`, for large ones: bytes by offset and length, `content_size` in all.
  std::function<std::string(std::uint64_t offset, std::size_t length)> content{};
  std::uint64_t content_size = 0;
  /// Instead of both, for what has no size yet: writes the next piece, false when there is none. Sent in
  /// chunks, as they come.
  std::function<bool(std::string& piece)> stream{};
};

Answer json_answer(int status, const nlohmann::json& json);

/// A part of the sandbox that answers to some paths.
class Service {
 public:
  virtual ~Service() = default;
  /// Nothing when the request is for another service; then the body is untouched. Called by many
  /// threads at a time.
  virtual std::optional<Answer> answer(const Request& request, RequestBody& body) = 0;
  /// What this service says when it was told to fail; nothing when the request is for another one.
  virtual std::optional<Answer> refusal(const Request& request, const Fault& fault) {
    (void)request, (void)fault;
    return std::nullopt;
  }
};

}  // namespace weir::sandbox

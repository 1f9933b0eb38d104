// SPDX-License-Identifier: Apache-2.0
// One HTTP exchange. CurlHttpClient is the real one; tests use tests/support/fake_http_client.h.
// A client never repeats a request (see retrying_http_client.h). Thread-safe.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace weir::io {

struct HttpHeader {
  std::string name;
  std::string value;
};

/// Whether a request may be sent again when its answer was lost.
enum class Repeat {
  ByMethod,  ///< GET, HEAD, PUT and DELETE may, others not
  Always,    ///< the server promises that a second time changes nothing
};

/// What becomes of an answer's body that carries a Content-Encoding.
enum class BodyCoding {
  Decoded,  ///< it is unpacked, and servers are told that they may pack it
  AsSent,   ///< its bytes stay as they come: they are stored bytes, whatever they are
};

/// Whether a server must prove who it is.
enum class CertificateCheck { Required, Skipped };

enum class ProxyUse {
  Environment,  ///< as http_proxy and its like say
  Never,        ///< for addresses that exist on this machine only
};

struct HttpRequest {
  std::string method = "GET";
  /// Goes on the wire as it is: ".." and "//" of the path stay.
  std::string url = {};
  /// Credentials belong here and not in the URL: header values appear in no message.
  std::vector<HttpHeader> headers = {};
  std::string body = {};                                         ///< sent from where it is, without a copy
  std::chrono::milliseconds timeout = std::chrono::seconds(30);  ///< for the whole exchange
  /// Ends an exchange in which nothing moves for so long; zero: only `timeout` does.
  std::chrono::seconds stall_timeout = std::chrono::seconds(0);
  Repeat repeat = Repeat::ByMethod;
  BodyCoding body_coding = BodyCoding::Decoded;
  ProxyUse proxy = ProxyUse::Environment;
  CertificateCheck certificate = CertificateCheck::Required;
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers = {};
  std::string body = {};

  /// The value of the first header of that name, in any case.
  std::optional<std::string_view> header(std::string_view name) const;
};

/// Takes the body of an answer piece by piece, on the thread that asked.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// An error ends the exchange and is its result.
  virtual Result<void> take(std::string_view bytes) = 0;
  /// Asked about once a second, also while the server is silent; false ends the exchange (Cancelled).
  virtual bool is_wanted() const { return true; }
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// An answer of any status is a success. Fails with Unavailable when there is none (name not
  /// found, refused, timed out, cut off), PermissionDenied when the server's certificate cannot be
  /// trusted, InvalidConfig for a URL that is none, DataMismatch when the answer is too large.
  /// Redirects are not followed: the caller sees the 3xx.
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
  /// The same, but the body of an answer of status 200 goes to `sink` as it comes, whatever its size.
  virtual Result<HttpResponse> receive(const HttpRequest& request, BodySink& sink);
};

struct HttpLimits {
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  std::size_t body_bytes = 64U << 20;
};

class CurlHandles;

/// libcurl with certificate checks on. Connections are kept and used again; a request that may not
/// be sent twice gets a new one, because a kept one can turn out to be dead.
class CurlHttpClient final : public HttpClient {
 public:
  static Result<std::unique_ptr<CurlHttpClient>> open(HttpLimits limits = {});
  ~CurlHttpClient() override;
  Result<HttpResponse> send(const HttpRequest& request) override;
  Result<HttpResponse> receive(const HttpRequest& request, BodySink& sink) override;

 private:
  explicit CurlHttpClient(HttpLimits limits);
  Result<HttpResponse> exchange(const HttpRequest& request, BodySink* sink);

  HttpLimits limits_;
  std::unique_ptr<CurlHandles> handles_;
};

/// Whether a request may be sent again when its answer was lost.
bool is_repeatable(const HttpRequest& request);

/// "ipinfo.io" of "https://ipinfo.io/batch?x=1": the part of a URL that messages may show.
std::string host_of(std::string_view url);

/// The error that a status of 400 or more stands for. `service` names the other side: "ipinfo.io".
Error status_error(const HttpResponse& response, std::string_view service, Timestamp now);

}  // namespace weir::io

// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <mutex>

#include "base/text.h"
#include "io/curl_library.h"
#include "io/http_client.h"

namespace weir::io {
namespace {

struct EasyDeleter {
  void operator()(CURL* handle) const { curl().curl_easy_cleanup(handle); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;

}  // namespace

/// Handles that no exchange uses now, each with the connections it has kept. There are as many as
/// there ever were exchanges at the same time.
class CurlHandles {
 public:
  Easy take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return Easy(curl().curl_easy_init());
    Easy handle = std::move(idle_.back());
    idle_.pop_back();
    return handle;
  }

  void give_back(Easy handle) {
    curl().curl_easy_reset(handle.get());  // forgets the request, not the connections
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(handle));
  }

 private:
  std::mutex mutex_;
  std::vector<Easy> idle_;
};

namespace {

struct ListDeleter {
  void operator()(curl_slist* list) const { curl().curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, ListDeleter>;

/// What the callbacks of one exchange write to.
struct Receiver {
  HttpResponse response;
  std::size_t body_limit;
  enum class Body { Expected, None } body;
  BodySink* sink = nullptr;  ///< of a good answer's body; null: it is kept
  int status = 0;            ///< of the status line that came last
  bool too_large = false;
  std::optional<Error> refusal = std::nullopt;  ///< of the sink

  bool goes_to_sink() const { return sink != nullptr && status == 200; }
};

/// 200 of "HTTP/1.1 200 OK".
int status_of(std::string_view line) {
  const std::size_t blank = line.find(' ');
  int status = 0;
  for (std::size_t i = blank + 1; blank != std::string_view::npos && i < line.size() && i < blank + 4; ++i) {
    if (line[i] < '0' || line[i] > '9') return 0;
    status = status * 10 + (line[i] - '0');
  }
  return status;
}

/// Makes room for the body at once, so that a large one does not move while it grows.
void reserve_body(Receiver& receiver, std::string_view content_length) {
  if (receiver.body == Receiver::Body::None || receiver.goes_to_sink() || content_length.size() > 18) return;
  std::size_t bytes = 0;
  for (const char c : content_length) {
    if (c < '0' || c > '9') return;
    bytes = bytes * 10 + static_cast<std::size_t>(c - '0');
  }
  if (bytes <= receiver.body_limit) receiver.response.body.reserve(bytes);
}

std::size_t receive_body(char* data, std::size_t size, std::size_t count, void* context) {
  auto& receiver = *static_cast<Receiver*>(context);
  const std::size_t bytes = size * count;
  if (receiver.goes_to_sink()) {
    auto taken = receiver.sink->take({data, bytes});
    if (taken.ok()) return bytes;
    receiver.refusal = std::move(taken).error();
    return 0;
  }
  if (bytes > receiver.body_limit - receiver.response.body.size()) {
    receiver.too_large = true;
    return 0;  // fewer bytes than offered: libcurl ends the transfer
  }
  receiver.response.body.append(data, bytes);
  return bytes;
}

/// Not null to end the transfer.
int is_unwanted(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& receiver = *static_cast<Receiver*>(context);
  return receiver.sink == nullptr || receiver.sink->is_wanted() ? 0 : 1;
}

std::size_t receive_header(char* data, std::size_t size, std::size_t count, void* context) {
  auto& receiver = *static_cast<Receiver*>(context);
  auto& headers = receiver.response.headers;
  const std::string_view line = trim(std::string_view(data, size * count));
  if (line.substr(0, 5) == "HTTP/") {
    headers.clear();  // an interim answer (100 Continue) came before
    receiver.status = status_of(line);
  }
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos && colon > 0) {
    headers.push_back({std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))});
    if (lower(headers.back().name) == "content-length") {
      reserve_body(receiver, headers.back().value);
    }
  }
  return size * count;
}

ErrorCode code_of(CURLcode code) {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return ErrorCode::InvalidConfig;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
      return ErrorCode::PermissionDenied;
    case CURLE_OUT_OF_MEMORY:
      return ErrorCode::Exhausted;
    default:
      return ErrorCode::Unavailable;
  }
}

std::string explain(CURLcode code, const std::string& host, const char* detail) {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return fmt::format("'{}' is not an http or https address", host);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
      return fmt::format(
          "the certificate of {} cannot be trusted ({}): check the clock, the host name and the "
          "installed CA certificates",
          host, detail);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return fmt::format("no address is known for the host {}: check its spelling and the network", host);
    case CURLE_COULDNT_CONNECT:
      return fmt::format("cannot connect to {}: {}", host, detail);
    case CURLE_OPERATION_TIMEDOUT:
      return fmt::format("{} did not answer in time: {}", host, detail);
    default:
      return fmt::format("the exchange with {} broke off: {}", host, detail);
  }
}

Result<HeaderList> header_list(const HttpRequest& request) {
  HeaderList list;
  const auto append = [&list](const std::string& line) {
    curl_slist* longer = curl().curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) return false;
    (void)list.release();
    list.reset(longer);
    return true;
  };
  // Without this libcurl waits a second for "100 Continue" before it sends a larger body.
  bool complete = append("Expect:");
  // And it would call every body a form.
  const bool typed =
      std::any_of(request.headers.begin(), request.headers.end(),
                  [](const HttpHeader& header) { return lower(header.name) == "content-type"; });
  if (!typed) complete = complete && append("Content-Type:");
  for (const HttpHeader& header : request.headers) {
    if ((header.name + header.value).find_first_of("\r\n") != std::string::npos) {
      return fail(ErrorCode::InvalidConfig, "the value of the header {} holds a line break", header.name);
    }
    // libcurl sends an empty header only when it ends with a semicolon.
    complete =
        complete && append(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  if (!complete) return fail(ErrorCode::Exhausted, "no memory is left for the headers of a request");
  return list;
}

void set_limits(CURL* easy, const HttpRequest& request, const HttpLimits& limits) {
  curl().curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect_timeout.count()));
  curl().curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  if (request.stall_timeout.count() > 0) {
    curl().curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl().curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.stall_timeout.count()));
  }
}

void prepare(CURL* easy, const HttpRequest& request) {
  curl().curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl().curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl().curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl().curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  const bool verify = request.certificate == CertificateCheck::Required;
  curl().curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
  curl().curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
  curl().curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);  // signals and threads do not go together
  curl().curl_easy_setopt(easy, CURLOPT_USERAGENT, "weir/" WEIR_VERSION);
  if (request.body_coding == BodyCoding::Decoded) curl().curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  if (request.proxy == ProxyUse::Never) curl().curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  if (!is_repeatable(request)) curl().curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl().curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 256L << 10);
  curl().curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 512L << 10);
  if (request.method == "HEAD") {
    curl().curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (request.method != "GET" || !request.body.empty()) {
    curl().curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl().curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl().curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

ErrorCode code_of_status(int status) {
  switch (status) {
    case 401:
      return ErrorCode::Unauthenticated;
    case 403:
      return ErrorCode::PermissionDenied;
    case 404:
    case 410:
      return ErrorCode::NotFound;
    case 409:
    case 412:
      return ErrorCode::Conflict;
    case 429:
      return ErrorCode::RateLimited;
    case 408:
      return ErrorCode::Unavailable;
    default:
      return status >= 500 ? ErrorCode::Unavailable : ErrorCode::InvalidConfig;
  }
}

/// Retry-After holds seconds or a date (RFC 9110, 10.2.3).
std::optional<std::chrono::seconds> retry_after(const HttpResponse& response, Timestamp now) {
  const auto value = response.header("Retry-After");
  if (!value) return std::nullopt;
  const std::string text(trim(*value));
  if (!text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == std::string::npos) {
    return std::chrono::seconds(std::stoll(text));
  }
  const std::time_t at = curl().curl_getdate(text.c_str(), nullptr);
  if (at == -1) return std::nullopt;
  return std::chrono::seconds(std::max<std::int64_t>(0, at - now.micros / 1'000'000));
}

void set_receiver(CURL* easy, Receiver& receiver) {
  curl().curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive_body);
  curl().curl_easy_setopt(easy, CURLOPT_WRITEDATA, &receiver);
  curl().curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receive_header);
  curl().curl_easy_setopt(easy, CURLOPT_HEADERDATA, &receiver);
  if (receiver.sink == nullptr) return;
  curl().curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl().curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, is_unwanted);
  curl().curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &receiver);
}

}  // namespace

CurlHttpClient::CurlHttpClient(HttpLimits limits)
    : limits_(limits), handles_(std::make_unique<CurlHandles>()) {}

CurlHttpClient::~CurlHttpClient() = default;

Result<std::unique_ptr<CurlHttpClient>> CurlHttpClient::open(HttpLimits limits) {
  TRY(load_curl());
  return std::unique_ptr<CurlHttpClient>(new CurlHttpClient(limits));
}

Result<HttpResponse> CurlHttpClient::send(const HttpRequest& request) { return exchange(request, nullptr); }

Result<HttpResponse> CurlHttpClient::receive(const HttpRequest& request, BodySink& sink) {
  return exchange(request, &sink);
}

Result<HttpResponse> CurlHttpClient::exchange(const HttpRequest& request, BodySink* sink) {
  const std::string host = host_of(request.url);
  const HeaderList headers = TRY(header_list(request));
  Easy easy = handles_->take();
  if (!easy) return fail(ErrorCode::Exhausted, "no memory is left for a request to {}", host);
  Receiver receiver{.response = {},
                    .body_limit = limits_.body_bytes,
                    .body = request.method == "HEAD" ? Receiver::Body::None : Receiver::Body::Expected,
                    .sink = sink};
  char detail[CURL_ERROR_SIZE] = "";
  prepare(easy.get(), request);
  set_limits(easy.get(), request, limits_);
  curl().curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  curl().curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, detail);
  set_receiver(easy.get(), receiver);
  const CURLcode code = curl().curl_easy_perform(easy.get());
  long status = 0;
  curl().curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  handles_->give_back(std::move(easy));
  if (receiver.refusal) return Failure(*std::move(receiver.refusal));
  if (code == CURLE_ABORTED_BY_CALLBACK) {
    return fail(ErrorCode::Cancelled, "the exchange with {} was given up", host);
  }
  if (receiver.too_large) {
    return fail(ErrorCode::DataMismatch, "the answer of {} is larger than the limit of {}", host,
                human_bytes(limits_.body_bytes));
  }
  if (code != CURLE_OK) {
    return fail(code_of(code), "{}",
                explain(code, host, *detail != '\0' ? detail : curl().curl_easy_strerror(code)));
  }
  receiver.response.status = static_cast<int>(status);
  return std::move(receiver.response);
}

Error status_error(const HttpResponse& response, std::string_view service, Timestamp now) {
  constexpr std::size_t kShown = 300;
  std::string_view body = trim(response.body);
  if (body.size() > kShown || !is_utf8(body)) body = {};
  Error error(code_of_status(response.status),
              fmt::format("{} answered {}{}{}", service, response.status, body.empty() ? "" : ": ", body));
  if (const auto wait = retry_after(response, now)) return std::move(error).with_retry_after(*wait);
  return error;
}

}  // namespace weir::io

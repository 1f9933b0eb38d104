// SPDX-License-Identifier: Apache-2.0
#include "sandbox/http/http_server.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "sandbox/http/connection.h"

namespace weir::sandbox {
namespace {

constexpr std::size_t kPiece = 1U << 20;
constexpr std::size_t kRemembered = 1000;
constexpr int kFirstSocket = 3;
constexpr int kMostSockets = 4096;

/// A thread for each connection: clients keep many open, and one that waits must not keep others.
class ThreadsOnDemand final : public httplib::TaskQueue {
 public:
  void enqueue(std::function<void()> task) override {
    {
      const std::lock_guard lock(mutex_);
      ++running_;
    }
    std::thread([this, task = std::move(task)] {
      task();
      const std::lock_guard lock(mutex_);
      --running_;
      done_.notify_all();
    }).detach();
  }
  void shutdown() override {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return running_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  int running_ = 0;
};

/// The port of one end of a socket; 0 when it has none.
int port_of(int socket, decltype(&getpeername) end) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  const bool known = end(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  return known && address.sin_family == AF_INET ? ntohs(address.sin_port) : 0;
}

/// No more requests are read from the connections to this port, so that those that clients keep end.
void stop_reading(int port) {
  for (int socket = kFirstSocket; socket < kMostSockets; ++socket) {
    if (port_of(socket, getsockname) == port && port_of(socket, getpeername) != 0) shutdown(socket, SHUT_RD);
  }
}

/// The socket of the connection from this port of the client; -1 when it is gone.
int socket_of_peer(int port) {
  // With the client in the same process both ends are here; only ours has the client as its peer.
  for (int socket = kFirstSocket; socket < kMostSockets; ++socket) {
    if (port_of(socket, getpeername) == port) return socket;
  }
  return -1;
}

/// The other side gets "connection reset by peer". The library closes the socket afterwards.
void reset(const httplib::Request& request) {
  const int socket = socket_of_peer(request.remote_port);
  if (socket < 0) return;
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;  // dissolves the connection (connect(2))
  (void)connect(socket, &nobody, sizeof nobody);
}

/// The body as the library reads it from the connection.
class LiveBody final : public RequestBody {
 public:
  LiveBody(const httplib::ContentReader* reader, std::optional<std::uint64_t> limit)
      : reader_(reader), limit_(limit) {}

  bool read(const Receiver& receiver) override {
    if (was_read_ || reader_ == nullptr) return true;
    was_read_ = true;
    std::uint64_t taken = 0;
    const bool complete = (*reader_)([&](const char* data, std::size_t size) {
      const std::uint64_t allowed = limit_ ? std::min<std::uint64_t>(size, *limit_ - taken) : size;
      receiver({data, static_cast<std::size_t>(allowed)});
      taken += allowed;
      return !limit_ || taken < *limit_;
    });
    broke_off_ = !complete;
    return complete;
  }

  /// Reads what nobody wanted; otherwise it would be taken for the next request.
  void drain() {
    read([](std::string_view) {});
  }
  bool broke_off() const { return broke_off_; }

 private:
  const httplib::ContentReader* reader_;
  std::optional<std::uint64_t> limit_;  ///< a fault lets so many bytes through
  bool was_read_ = false;
  bool broke_off_ = false;
};

Request request_of(const httplib::Request& source) {
  Request request;
  request.method = source.method;
  const std::size_t question = source.target.find('?');
  request.path = source.target.substr(0, question);
  if (question != std::string::npos) request.query_text = source.target.substr(question + 1);
  request.query = parse_form(request.query_text);
  for (const auto& [name, value] : source.headers) request.headers.emplace(lower(name), value);
  request.base_url = "http://" + source.get_header_value("Host");
  return request;
}

/// How many bytes a fault of this kind lets through.
std::optional<std::uint64_t> limit_of(const std::optional<Fault>& fault, FaultAction action) {
  if (!fault || fault->action != action) return std::nullopt;
  return static_cast<std::uint64_t>(fault->after_bytes);
}

/// Pieces of an answer on their way to the client, as a fault lets them through.
class Stream {
 public:
  Stream(std::function<bool(std::string&)> next, const std::optional<Fault>& fault, Faults& faults)
      : next_(std::move(next)),
        cut_after_(limit_of(fault, FaultAction::Cut)),
        truncate_after_(limit_of(fault, FaultAction::Truncate)),
        // at 0 it has stalled before it answered
        stall_after_(fault && fault->after_bytes > 0 ? limit_of(fault, FaultAction::Stall) : std::nullopt),
        milliseconds_(fault ? fault->milliseconds : 0),
        faults_(faults) {}

  /// False ends the connection.
  bool send_next(httplib::DataSink& sink) {
    piece_.clear();
    if (ends_at(truncate_after_) || !next_(piece_)) {
      sink.done();
      return true;
    }
    if (stall_after_ && sent_ + piece_.size() > *stall_after_) {
      const auto before = static_cast<std::size_t>(*stall_after_ - sent_);
      stall_after_.reset();
      if (!write(sink, std::string_view(piece_).substr(0, before))) return false;
      faults_.stall(milliseconds_);
      return write(sink, std::string_view(piece_).substr(before));
    }
    const auto limit = cut_after_ ? cut_after_ : truncate_after_;
    if (limit && sent_ + piece_.size() > *limit) piece_.resize(static_cast<std::size_t>(*limit - sent_));
    return write(sink, piece_) && !ends_at(cut_after_);
  }

 private:
  bool ends_at(std::optional<std::uint64_t> limit) const { return limit && sent_ >= *limit; }
  bool write(httplib::DataSink& sink, std::string_view bytes) {
    sent_ += bytes.size();
    return bytes.empty() || sink.write(bytes.data(), bytes.size());
  }

  std::function<bool(std::string&)> next_;
  std::string piece_;
  std::uint64_t sent_ = 0;
  std::optional<std::uint64_t> cut_after_, truncate_after_, stall_after_;
  int milliseconds_;
  Faults& faults_;
};

void send(Answer answer, const std::optional<Fault>& fault, Faults& faults, httplib::Response& response) {
  response.status = answer.status;
  for (auto& [name, value] : answer.headers) response.set_header(name, value);
  const std::string type = answer.content_type;
  if (answer.stream) {
    const auto stream = std::make_shared<Stream>(std::move(answer.stream), fault, faults);
    response.set_chunked_content_provider(
        type, [stream](std::size_t, httplib::DataSink& sink) { return stream->send_next(sink); });
    return;
  }
  std::uint64_t size = answer.content ? answer.content_size : answer.body.size();
  if (const auto limit = limit_of(fault, FaultAction::Truncate)) size = std::min(size, *limit);
  if (size == 0) return;
  const std::optional<std::uint64_t> cut_after = limit_of(fault, FaultAction::Cut);
  // A provider, so that the library neither packs the body nor takes a range of it by itself.
  response.set_content_provider(
      size, type,
      [answer = std::move(answer), cut_after](std::size_t offset, std::size_t length,
                                              httplib::DataSink& sink) {
        length = std::min(length, kPiece);
        if (cut_after) length = std::min(length, *cut_after - std::min<std::size_t>(*cut_after, offset));
        if (length == 0) return false;  // ends the connection
        const std::string piece =
            answer.content ? answer.content(offset, length) : answer.body.substr(offset, length);
        return !piece.empty() && sink.write(piece.data(), piece.size());
      });
}

/// What Google gives as the reason of a status, mostly.
std::string usual_reason(int status) {
  switch (status) {
    case 401:
      return "authError";
    case 403:
      return "forbidden";
    case 404:
      return "notFound";
    case 412:
      return "conditionNotMet";
    case 429:
      return "rateLimitExceeded";
    default:
      return status >= 500 ? "backendError" : "invalid";
  }
}

Answer google_refusal(const Fault& fault) {
  const std::string reason = fault.reason.empty() ? usual_reason(fault.status) : fault.reason;
  return google_error(fault.status, reason, "The sandbox was told to fail.");
}

}  // namespace

struct HttpServer::State {
  std::vector<Service*> services;
  Faults& faults;
  Listener server;
  int port = 0;
  std::thread thread;
  std::mutex mutex;  // guards what follows
  std::deque<std::string> requests;

  void remember(const httplib::Request& request, int status) {
    const std::lock_guard lock(mutex);
    requests.push_back(request.method + " " + request.target + " " + std::to_string(status));
    if (requests.size() > kRemembered) requests.pop_front();
  }

  Answer remembered() {
    const std::lock_guard lock(mutex);
    return json_answer(200, requests);
  }

  Answer dispatch(const Request& request, RequestBody& body) {
    if (request.path == "/_requests") return remembered();
    for (Service* service : services) {
      if (auto answer = service->answer(request, body)) return *std::move(answer);
    }
    return google_error(404, "notFound", "Not Found: the sandbox serves nothing at " + request.path);
  }

  Answer refusal(const Request& request, const Fault& fault) {
    std::optional<Answer> answer;
    for (Service* service : services) {
      if (!answer) answer = service->refusal(request, fault);
    }
    if (!answer) answer = google_refusal(fault);
    if (!fault.body.empty()) answer->body = fault.body;
    if (!fault.content_type.empty()) answer->content_type = fault.content_type;
    if (fault.retry_after > 0) answer->headers.emplace_back("Retry-After", std::to_string(fault.retry_after));
    return *std::move(answer);
  }

  void handle(const httplib::Request& source, httplib::Response& response,
              const httplib::ContentReader* reader) {
    Request request = request_of(source);
    // Ranges and packing are the business of the services. The library owns this object and reads it
    // again later.
    const_cast<httplib::Request&>(source).ranges.clear();
    const_cast<httplib::Request&>(source).headers.erase("Accept-Encoding");
    const auto fault = faults.take(source.method, source.target);
    if (fault) request.fault = &*fault;
    const auto is = [&fault](FaultAction action) { return fault && fault->action == action; };
    // A request with neither has no body (RFC 9112, 6.3); the library would wait for one.
    const bool has_body = source.has_header("Content-Length") || source.has_header("Transfer-Encoding");
    LiveBody body(has_body ? reader : nullptr, limit_of(fault, FaultAction::Reset));
    if (is(FaultAction::Stall) && fault->after_bytes == 0) faults.stall(fault->milliseconds);
    const bool is_at_once = is(FaultAction::Reset) && fault->after_bytes == 0;
    if (is_at_once) {
      remember(source, 0);
      return reset(source);
    }
    Answer answer = is(FaultAction::Status) ? refusal(request, *fault) : dispatch(request, body);
    body.drain();
    const bool is_lost = is(FaultAction::Reset) || is(FaultAction::Lose) || body.broke_off();
    remember(source, is_lost ? 0 : answer.status);
    if (is_lost) return reset(source);
    send(std::move(answer), fault, faults, response);
  }
};

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<HttpServer>> HttpServer::start(int port, std::vector<Service*> services,
                                                      Faults& faults) {
  std::unique_ptr<State> state(new State{std::move(services), faults, {}, port, {}, {}, {}});
  State& self = *state;
  self.services.insert(self.services.begin(), &faults);
  const auto plain = [&self](const auto& request, auto& response) {
    self.handle(request, response, nullptr);
  };
  const auto with_body = [&self](const auto& request, auto& response, const auto& reader) {
    self.handle(request, response, &reader);
  };
  const std::string everything = R"([\s\S]*)";
  self.server.Get(everything, plain);
  self.server.Post(everything, httplib::Server::HandlerWithContentReader(with_body));
  self.server.Put(everything, httplib::Server::HandlerWithContentReader(with_body));
  self.server.Patch(everything, httplib::Server::HandlerWithContentReader(with_body));
  self.server.Delete(everything, httplib::Server::Handler(plain));
  self.server.new_task_queue = [] { return new ThreadsOnDemand; };
  self.server.set_tcp_nodelay(true);
  self.server.set_keep_alive_max_count(1'000'000);  // which clients are told
  int listener = -1;
  self.server.set_socket_options([&listener](int socket) {
    const int yes = 1;  // and not SO_REUSEPORT, by which two sandboxes would share a port
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    listener = socket;
  });
  if (port == 0) {
    self.port = self.server.bind_to_any_port("127.0.0.1");
  } else if (!self.server.bind_to_port("127.0.0.1", port)) {
    return fail(ErrorCode::Unavailable, "port {} of 127.0.0.1 is taken: choose another with --port", port);
  }
  listen(listener, SOMAXCONN);  // the library's queue of five makes a crowd of clients wait a second
  self.thread = std::thread([&self] { self.server.listen_after_bind(); });
  // stop() before the loop runs would be missed; the port is bound, so the wait is a moment.
  while (!self.server.is_running()) std::this_thread::yield();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

HttpServer::~HttpServer() {
  state_->faults.clear();
  state_->server.stop();
  stop_reading(state_->port);
  state_->thread.join();
}

int HttpServer::port() const { return state_->port; }

std::vector<std::string> HttpServer::requests() const {
  const std::lock_guard lock(state_->mutex);
  return {state_->requests.begin(), state_->requests.end()};
}

}  // namespace weir::sandbox

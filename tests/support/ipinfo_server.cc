// SPDX-License-Identifier: Apache-2.0
#include "tests/support/ipinfo_server.h"

#include <httplib.h>

#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

namespace weir::support {
namespace {

using Json = nlohmann::json;

Json problem(int status, const std::string& title) {
  return {{"status", status}, {"error", {{"title", title}, {"message", title + "."}}}};
}

void send_json(httplib::Response& response, int status, const Json& body) {
  response.status = status;
  response.set_content(body.dump(), "application/json");
}

bool is_address(const std::string& text) {
  return text.find_first_not_of("0123456789abcdef.:") == std::string::npos &&
         text.find_first_of(".:") != std::string::npos;
}

}  // namespace

struct IpinfoServer::State {
  Rules rules;
  httplib::Server server;
  int port = 0;
  std::thread thread;
  std::mutex mutex;  // guards what follows
  std::map<std::string, Json> records;
  std::vector<std::string> requests;
  std::uint64_t answered = 0;
  int failures_left = 0;

  Json lookup(const std::string& address) const {
    if (!is_address(address)) return problem(404, "Wrong ip");
    if (address.rfind("10.", 0) == 0 || address.rfind("192.168.", 0) == 0)
      return {{"ip", address}, {"bogon", true}};
    const auto found = records.find(address);
    return found == records.end() ? Json{{"ip", address}} : found->second;
  }

  /// Notes the request and refuses it when a rule says so; then the response is already filled.
  bool refuses(const httplib::Request& request, httplib::Response& response, std::size_t addresses) {
    requests.push_back(request.method + " " + request.path + " " + std::to_string(addresses));
    const std::string given = request.get_header_value("Authorization");
    if (failures_left > 0) {
      --failures_left;
      response.status = 503;
      response.set_content("try later", "text/plain");
    } else if (given.empty() ? request.method == "POST" : given != "Bearer " + rules.token) {
      send_json(response, 403, problem(403, "Unknown token"));
    } else if (answered + addresses > rules.quota) {
      send_json(response, 429, problem(429, "Rate limit exceeded"));
    } else {
      answered += addresses;
      return false;
    }
    return true;
  }

  void handle_batch(const httplib::Request& request, httplib::Response& response) {
    const std::lock_guard lock(mutex);
    const Json body = Json::parse(request.body, nullptr, false);
    if (refuses(request, response, body.is_array() ? body.size() : 0)) return;
    if (!body.is_array() || body.size() > 1000) return send_json(response, 400, problem(400, "Wrong batch"));
    Json answer = Json::object();
    for (const Json& address : body) answer[address.get<std::string>()] = lookup(address.get<std::string>());
    send_json(response, 200, answer);
  }

  void handle_single(const httplib::Request& request, httplib::Response& response) {
    const std::lock_guard lock(mutex);
    const std::string address = request.path.substr(1);
    const bool is_account = address == "me";
    if (refuses(request, response, is_account ? 0 : 1)) return;
    if (is_account) return send_json(response, 200, {{"requests", {{"remaining", rules.quota - answered}}}});
    if (request.get_header_value("Accept") != "application/json") {
      response.set_content("<html></html>", "text/html");
      return;
    }
    const Json answer = lookup(address);
    send_json(response, answer.contains("error") ? 404 : 200, answer);
  }
};

IpinfoServer::IpinfoServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<IpinfoServer>> IpinfoServer::start(Rules rules) {
  auto state = std::make_unique<State>();
  State& self = *state;
  self.failures_left = rules.failures;
  self.rules = std::move(rules);
  self.server.Post("/batch",
                   [&self](const auto& request, auto& response) { self.handle_batch(request, response); });
  self.server.Get("/.+",
                  [&self](const auto& request, auto& response) { self.handle_single(request, response); });
  self.port = self.server.bind_to_any_port("127.0.0.1");
  if (self.port < 0) return fail(ErrorCode::Unavailable, "no port is free on 127.0.0.1");
  self.thread = std::thread([&self] { self.server.listen_after_bind(); });
  // stop() before the loop runs would be missed; the port is bound, so the wait is a moment.
  while (!self.server.is_running()) std::this_thread::yield();
  return std::unique_ptr<IpinfoServer>(new IpinfoServer(std::move(state)));
}

IpinfoServer::~IpinfoServer() {
  state_->server.stop();
  state_->thread.join();
}

void IpinfoServer::knows(const std::string& address, const std::string& record) {
  const std::lock_guard lock(state_->mutex);
  state_->records[address] = Json::parse(record, nullptr, false);
}

std::string IpinfoServer::endpoint() const { return "http://127.0.0.1:" + std::to_string(state_->port); }

std::vector<std::string> IpinfoServer::requests() const {
  const std::lock_guard lock(state_->mutex);
  return state_->requests;
}

}  // namespace weir::support

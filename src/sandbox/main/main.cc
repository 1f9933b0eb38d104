// SPDX-License-Identifier: Apache-2.0
// weir-sandbox: the stand-ins as a program.
#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "io/http_client.h"
#include "sandbox/sandbox.h"

namespace weir::sandbox {
namespace {

constexpr int kDefaultPort = 8086;

constexpr const char* kSummary =
    "Stand-ins for the systems that weir talks to, on this machine. Nothing leaves it and no account is\n"
    "needed. Served now: Google Cloud Storage (JSON API) with the token endpoint and the metadata server.";

constexpr const char* kExamples =
    "Examples:\n"
    "  weir-sandbox --bucket exports                     a storage with one bucket, in memory\n"
    "  weir-sandbox --folder ./sandbox --bucket exports  the same, kept between runs\n"
    "  weir-sandbox service-account > key.json           a key for it, while it runs\n"
    "\n"
    "Let weir use it, in weir.yaml:\n"
    "  connections:\n"
    "    exports: {type: gcs, bucket: exports, endpoint: \"http://127.0.0.1:8086\", access: anonymous}\n"
    "or with a key, as in production: credentials: file:key.json instead of access: anonymous.\n"
    "Google's own clients find it with STORAGE_EMULATOR_HOST=http://127.0.0.1:8086.\n"
    "\n"
    "Faults, for tests of whatever you build on it:\n"
    "  curl -X POST http://127.0.0.1:8086/_fault -d '{\"match\": \"/upload\", \"action\": \"status\",\n"
    "       \"status\": 503, \"times\": 2}'\n"
    "  action    status (answers `status`, with `reason` and `retry_after`), reset (before anything is\n"
    "            done, or after `after_bytes` of the body), lose (done, but the answer is lost), stall\n"
    "            (for `milliseconds`), cut (the answer ends after `after_bytes`)\n"
    "  match     part of the path and query; method: of requests with that method only\n"
    "  times     how many requests; skip: how many to let through before\n"
    "GET /_fault shows those to come, DELETE /_fault forgets them, GET /_requests tells what was asked.";

int complain(const Error& error) {
  std::cerr << "weir-sandbox: " << error.to_string() << "\n";
  return 1;
}

int serve(const Settings& settings) {
  // Signals are waited for, so that none can arrive between a look and a sleep.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const io::SystemClock clock;
  auto sandbox = Sandbox::start(settings, clock);
  if (!sandbox.ok()) return complain(sandbox.error());
  std::cout << "weir-sandbox serves at " << (*sandbox)->url() << " (Ctrl-C ends it)" << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  return 0;
}

int print_service_account(int port) {
  auto http = io::CurlHttpClient::open();
  if (!http.ok()) return complain(http.error());
  const std::string address = fmt::format("http://127.0.0.1:{}", port);
  const auto answer = (*http)->send({.url = address + "/_service_account", .proxy = io::ProxyUse::Never});
  if (!answer.ok() || answer->status != 200) {
    std::cerr << "weir-sandbox: no sandbox answers at " << address
              << ": start one, or name its port with --port\n";
    return 1;
  }
  std::cout << answer->body;
  return 0;
}

int run(int argc, char** argv) {
  CLI::App app(kSummary, "weir-sandbox");
  app.footer(kExamples);
  Settings settings;
  settings.port = kDefaultPort;
  bool token_check = false;
  app.add_option("--port", settings.port, "Port on 127.0.0.1; 0 takes a free one")->capture_default_str();
  app.add_option("--folder", settings.folder,
                 "Folder that keeps objects and the key; without it, all is in memory");
  app.add_option("--bucket", settings.buckets, "Bucket to make at the start; may be repeated")
      ->allow_extra_args(false);
  app.add_flag("--token-check", token_check, "Refuse requests without a token that this sandbox gave out");
  app.add_option("--token-seconds", settings.token_seconds, "How long a token is good for")
      ->capture_default_str()
      ->check(CLI::Range(1, 3600));
  app.add_option("--rewrite-bytes", settings.rewrite_step, "Bytes that one call copies inside the storage")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  auto* account = app.add_subcommand("service-account", "Print the key file of a running sandbox's account");
  account->add_option("--port", settings.port, "Port of the running sandbox")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  settings.token_check = token_check ? TokenCheck::On : TokenCheck::Off;
  return account->parsed() ? print_service_account(settings.port) : serve(settings);
}

}  // namespace
}  // namespace weir::sandbox

int main(int argc, char** argv) {
  try {
    return weir::sandbox::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "weir-sandbox: " << error.what() << "\n";
    return 1;
  }
}

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
    "needed. Served now: Google Cloud Storage (JSON API) with the token endpoint and the metadata server,\n"
    "BigQuery (v2), Amazon S3 (REST API), and a Looker instance (API 4.0) with a year of System Activity.";

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
    "BigQuery is served at the same address, with the buckets above as its gs:// URIs:\n"
    "  weir-sandbox --bucket exports --dataset analytics  a dataset in the project sandbox, in US\n"
    "  connections:\n"
    "    warehouse: {type: bigquery, project: sandbox, dataset: analytics, endpoint: "
    "\"http://127.0.0.1:8086\",\n"
    "                access: anonymous}\n"
    "Rows are kept by an embedded DuckDB, so queries are a part of GoogleSQL; the rest is refused.\n"
    "  GET /_bigquery/jobs    every job so far; POST /_bigquery/fault lets jobs fail or take their time:\n"
    "       {\"kind\": \"load\", \"milliseconds\": 500, \"reason\": \"backendError\", \"times\": 1}\n"
    "\n"
    "Amazon S3 is served at the same address, with buckets of its own; what is signed for AWS goes there.\n"
    "The key is sandbox, its secret sandbox-secret, the region us-east-1:\n"
    "  weir-sandbox --s3-bucket archives --s3-bucket other@eu-west-1\n"
    "  connections:\n"
    "    archives: {type: s3, bucket: archives, endpoint: \"http://127.0.0.1:8086\"}\n"
    "with AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox-secret AWS_REGION=us-east-1, as for boto3\n"
    "and other clients, which find it with AWS_ENDPOINT_URL_S3=http://127.0.0.1:8086. Signatures, payload\n"
    "hashes, checksums, conditions and regions are checked as Amazon does; what the sandbox does not know\n"
    "is NotImplemented. Names such as archives.localhost lead to a bucket, too.\n"
    "  keys      sandbox-temporary, same secret, wants the session token sandbox-session-token;\n"
    "            sandbox-stranger, same secret, may do nothing\n"
    "\n"
    "Looker is served at the same address: base_url http://127.0.0.1:8086, client_id sandbox,\n"
    "client_secret sandbox-secret. `weir-sandbox looker-ini > looker.ini` writes them down. The same seed\n"
    "gives the same rows on every day; what happens after now comes to light as time passes.\n"
    "  weir-sandbox --looker-rows 3000000                about 1 GB of history a year\n"
    "  weir-sandbox --looker-now 2024-05-14T10:00:00Z    it is always then, until /_looker/now is told "
    "otherwise\n"
    "  GET /_looker/requests  what was asked; GET /_looker/sessions  who has not logged out\n"
    "  POST /_looker/now      {\"now\": \"2024-05-15T10:00:00Z\"} or {\"advance_seconds\": 600}\n"
    "  POST /_looker/rows     {\"view\": \"history\", \"rows\": [{\"id\": 1, \"created_time\": \"2024-05-14 "
    "09:00:00\"}]}\n"
    "\n"
    "Faults, for tests of whatever you build on it, also as --fault JSON at the start:\n"
    "  curl -X POST http://127.0.0.1:8086/_fault -d '{\"match\": \"/upload\", \"action\": \"status\",\n"
    "       \"status\": 503, \"times\": 2}'\n"
    "  action    status (answers `status`, with `reason` and `retry_after`), reset (before anything is\n"
    "            done, or after `after_bytes` of the body), lose (done, but the answer is lost), stall\n"
    "            (for `milliseconds`, at the start or after `after_bytes`), cut (the connection ends after\n"
    "            `after_bytes` of the answer), truncate (the same, but HTTP says that it is complete);\n"
    "            of Looker: looker_error (an error row with `message` after `after_rows`), expire_tokens;\n"
    "            of S3, where it answers late (copies, the end of an upload, many deletions): inner_error\n"
    "            (200 with an error `reason` inside), keep_alive (blanks for `milliseconds` at first)\n"
    "  match     part of the path and query; method: of requests with that method only\n"
    "  times     how many requests; skip: how many to let through before\n"
    "GET /_fault shows those to come, DELETE /_fault forgets them, GET /_requests tells what was asked.";

int complain(const Error& error) {
  std::cerr << "weir-sandbox: " << error.to_string() << "\n";
  return 1;
}

/// The faults that are ordered with the command line.
Result<void> order(const std::vector<std::string>& faults, Faults& at) {
  for (const std::string& json : faults) at.add(TRY(parse_fault(json).within("reading --fault " + json)));
  return {};
}

int serve(const Settings& settings, const std::vector<std::string>& faults) {
  // Signals are waited for, so that none can arrive between a look and a sleep.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const io::SystemClock clock;
  auto sandbox = Sandbox::start(settings, clock);
  if (!sandbox.ok()) return complain(sandbox.error());
  if (const auto ordered = order(faults, (*sandbox)->faults()); !ordered.ok())
    return complain(ordered.error());
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

int print_looker_ini(const Settings& settings) {
  std::cout << fmt::format(
      "[Looker]\nbase_url=http://"
      "127.0.0.1:{}\nclient_id={}\nclient_secret={}\nverify_ssl=false\ntimeout=120\n",
      settings.port, settings.looker.client_id, settings.looker.client_secret);
  return 0;
}

std::string read_instant(const std::string& text, std::optional<Timestamp>& instant) {
  instant = parse_timestamp(text);
  return instant ? "" : text + " is no time such as 2024-05-14T10:00:00Z";
}

void add_looker_options(CLI::App& app, looker::Settings& looker) {
  const auto count = CLI::Range(std::int64_t{0}, std::int64_t{1'000'000'000});
  const auto number = [&](const char* name, std::int64_t& value, const char* help) {
    app.add_option(name, value, help)->capture_default_str()->check(count)->group("Looker");
  };
  const auto text = [&](const char* name, std::string& value, const char* help) {
    app.add_option(name, value, help)->capture_default_str()->group("Looker");
  };
  number("--looker-rows", looker.history_rows, "Rows of history a year, about; other explores follow it");
  app.add_option("--looker-seed", looker.seed, "Another seed, other rows")
      ->capture_default_str()
      ->group("Looker");
  app.add_option_function<std::string>(
         "--looker-now", [](const std::string&) {},
         "Time of the instance, at which it stands still; without it, now")
      ->check([&looker](const std::string& given) { return read_instant(given, looker.now); })
      ->group("Looker");
  text("--looker-client-id", looker.client_id, "Who may log in");
  text("--looker-client-secret", looker.client_secret, "With which secret");
  number("--looker-token-seconds", looker.token_seconds, "How long a login is good for");
  app.add_flag_callback(
         "--looker-cache", [&looker] { looker.cache = looker::Cache::On; },
         "Answer from a cache that is up to 12 hours old, as System Activity does")
      ->group("Looker");
  number("--looker-retention-days", looker.retention_days,
         "Forget older history and events (Looker: 90); 0: keep a year");
  number("--looker-late-seconds", looker.late_seconds, "Show one history row in twenty so late, at the most");
  number("--looker-concurrency", looker.concurrency, "Refuse more queries at a time with 429; 0: take all");
  number("--looker-task-milliseconds", looker.task_milliseconds, "How long an asynchronous query runs");
  const std::map<std::string, looker::UnknownField> refusals = {{"validation", looker::UnknownField::Refused},
                                                                {"row", looker::UnknownField::ErrorRow}};
  app.add_option("--looker-unknown-field", looker.unknown_field,
                 "Refuse unknown fields with 422 or with an error row")
      ->transform(CLI::CheckedTransformer(refusals))
      ->group("Looker");
}

void add_s3_options(CLI::App& app, s3::Settings& s3) {
  app.add_option("--s3-bucket", s3.buckets,
                 "Bucket of S3 to make at the start, NAME[@REGION]; may be repeated")
      ->allow_extra_args(false)
      ->group("S3");
  app.add_option("--s3-archives", s3.archive_buckets,
                 "The same with an archive of CSV files in it, as `weir init cms-archives --sandbox` wants")
      ->allow_extra_args(false)
      ->group("S3");
  const auto text = [&](const char* name, std::string& value, const char* help) {
    app.add_option(name, value, help)->capture_default_str()->group("S3");
  };
  text("--s3-region", s3.region, "Region of buckets that name none");
  text("--s3-key-id", s3.key_id, "Access key that may do everything");
  text("--s3-secret", s3.secret, "Its secret");
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
  app.add_option("--dataset", settings.datasets,
                 "Dataset of BigQuery to make at the start, [PROJECT.]NAME[@LOCATION]; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--loads-per-table", settings.loads_per_table, "Jobs that may change one table a day")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_option("--extract-bytes", settings.extract_bytes, "Size at which an extract begins another file")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  std::vector<std::string> faults;
  app.add_option("--fault", faults, "Fault to begin with, as JSON (see below); may be repeated")
      ->allow_extra_args(false);
  add_s3_options(app, settings.s3);
  add_looker_options(app, settings.looker);
  auto* ini = app.add_subcommand("looker-ini", "Print a looker.ini for the instance of a running sandbox");
  ini->add_option("--port", settings.port, "Port of the running sandbox")->capture_default_str();
  auto* account = app.add_subcommand("service-account", "Print the key file of a running sandbox's account");
  account->add_option("--port", settings.port, "Port of the running sandbox")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  settings.token_check = token_check ? TokenCheck::On : TokenCheck::Off;
  if (ini->parsed()) return print_looker_ini(settings);
  return account->parsed() ? print_service_account(settings.port) : serve(settings, faults);
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

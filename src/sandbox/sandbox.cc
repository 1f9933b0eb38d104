// SPDX-License-Identifier: Apache-2.0
#include "sandbox/sandbox.h"

#include "sandbox/bigquery/bigquery_service.h"
#include "sandbox/gcs/gcs_service.h"
#include "sandbox/gcs/refusal.h"
#include "sandbox/http/http_server.h"
#include "sandbox/looker/looker_service.h"
#include "sandbox/s3/s3_service.h"
#include "sandbox/token_service.h"

namespace weir::sandbox {
namespace {

Result<void> make_buckets(gcs::Store& store, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    try {
      (void)store.create_bucket({{"name", name}});
    } catch (const gcs::Refusal& refusal) {
      if (refusal.status != 409)
        return fail(ErrorCode::InvalidConfig, "{}", refusal.message);  // 409: it is there
    }
  }
  return {};
}

bigquery::Settings bigquery_settings(const Settings& settings) {
  return {settings.folder, settings.datasets, settings.loads_per_table, settings.extract_bytes};
}

}  // namespace

struct Sandbox::Parts {
  Parts(const Settings& settings, const io::Clock& clock, std::unique_ptr<gcs::Store> store,
        std::unique_ptr<s3::Store> s3_store)
      : account(settings.folder.empty() ? "" : settings.folder + "/service-account.pem",
                settings.token_seconds, clock),
        looker(settings.looker, clock),
        s3(std::move(s3_store), settings.s3),
        storage(std::move(store), settings.rewrite_step),
        bigquery(bigquery_settings(settings), storage.store(), clock) {}

  Account account;
  Faults faults;
  TokenService tokens{account};
  TokenGate gate{account};
  looker::LookerService looker;
  s3::S3Service s3;
  gcs::GcsService storage;
  bigquery::BigQueryService bigquery;
  std::unique_ptr<HttpServer> server;  // the last: it stops before what it serves goes away
};

Sandbox::Sandbox(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Sandbox::~Sandbox() { parts_->bigquery.stop(); }

Result<std::unique_ptr<Sandbox>> Sandbox::start(const Settings& settings, const io::Clock& clock) {
  TRY(bigquery::BigQueryService::check(bigquery_settings(settings)));
  auto store = TRY(gcs::Store::open(settings.folder, clock));
  auto s3_store = TRY(s3::Store::open(settings.folder.empty() ? "" : settings.folder + "/s3", clock));
  auto parts = std::make_unique<Parts>(settings, clock, std::move(store), std::move(s3_store));
  TRY(make_buckets(parts->storage.store(), settings.buckets));
  TRY(parts->s3.make_buckets(settings.s3));
  std::vector<Service*> services = {&parts->s3, &parts->tokens, &parts->looker};
  if (settings.token_check == TokenCheck::On) services.push_back(&parts->gate);
  services.push_back(&parts->storage);
  services.push_back(&parts->bigquery);
  parts->server = TRY(HttpServer::start(settings.port, std::move(services), parts->faults));
  return std::unique_ptr<Sandbox>(new Sandbox(std::move(parts)));
}

std::string Sandbox::url() const { return fmt::format("http://127.0.0.1:{}", parts_->server->port()); }

looker::Instance& Sandbox::looker() { return parts_->looker.instance(); }

Faults& Sandbox::faults() { return parts_->faults; }

Result<std::string> Sandbox::service_account_file() { return parts_->account.service_account_file(url()); }

std::size_t Sandbox::open_uploads() const { return parts_->storage.open_uploads(); }

std::size_t Sandbox::open_s3_uploads() const { return parts_->s3.open_uploads(); }

std::vector<std::string> Sandbox::requests() const { return parts_->server->requests(); }

}  // namespace weir::sandbox

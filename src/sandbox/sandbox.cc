// SPDX-License-Identifier: Apache-2.0
#include "sandbox/sandbox.h"

#include "sandbox/gcs/gcs_service.h"
#include "sandbox/gcs/refusal.h"
#include "sandbox/http/http_server.h"
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

}  // namespace

struct Sandbox::Parts {
  Parts(const Settings& settings, const io::Clock& clock, std::unique_ptr<gcs::Store> store)
      : account(settings.folder.empty() ? "" : settings.folder + "/service-account.pem",
                settings.token_seconds, clock),
        storage(std::move(store), settings.rewrite_step) {}

  Account account;
  Faults faults;
  TokenService tokens{account};
  TokenGate gate{account};
  gcs::GcsService storage;
  std::unique_ptr<HttpServer> server;  // the last: it stops before what it serves goes away
};

Sandbox::Sandbox(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Sandbox::~Sandbox() = default;

Result<std::unique_ptr<Sandbox>> Sandbox::start(const Settings& settings, const io::Clock& clock) {
  auto store = TRY(gcs::Store::open(settings.folder, clock));
  auto parts = std::make_unique<Parts>(settings, clock, std::move(store));
  TRY(make_buckets(parts->storage.store(), settings.buckets));
  std::vector<Service*> services = {&parts->tokens};
  if (settings.token_check == TokenCheck::On) services.push_back(&parts->gate);
  services.push_back(&parts->storage);
  parts->server = TRY(HttpServer::start(settings.port, std::move(services), parts->faults));
  return std::unique_ptr<Sandbox>(new Sandbox(std::move(parts)));
}

std::string Sandbox::url() const { return fmt::format("http://127.0.0.1:{}", parts_->server->port()); }

Faults& Sandbox::faults() { return parts_->faults; }

Result<std::string> Sandbox::service_account_file() { return parts_->account.service_account_file(url()); }

std::size_t Sandbox::open_uploads() const { return parts_->storage.open_uploads(); }

std::vector<std::string> Sandbox::requests() const { return parts_->server->requests(); }

}  // namespace weir::sandbox

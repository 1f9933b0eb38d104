// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/destination.h"

#include <fmt/format.h>

#include "base/text.h"
#include "connectors/mysql/ledger.h"
#include "connectors/mysql/load.h"
#include "connectors/mysql/sessions.h"
#include "connectors/sdk/load_request.h"

namespace weir::mysql {
namespace {

using model::WriteMode;

/// A word that a shell takes as it is.
std::string shell_word(const std::string& text) { return "'" + join(split(text, '\''), "'\\''") + "'"; }

class MysqlDestination final : public sdk::Destination {
 public:
  MysqlDestination(const MysqlOptions& connection, const DestinationOptions& options,
                   const io::Environment& environment)
      : sessions_(std::make_shared<Sessions>(connection, environment)),
        options_(options),
        ledger_(connection.database) {}

  const sdk::DestinationCapabilities& capabilities() const override { return capabilities_; }

  Result<void> check() override {
    auto connection = TRY(sessions_->open());
    const auto rows = TRY(connection.execute("SELECT @@global.read_only"));
    if (rows.integer(0, 0) == 0) return {};
    return fail(ErrorCode::PermissionDenied,
                "the server is read only, as replicas are; name the server that can be written");
  }

  Result<std::unique_ptr<sdk::Load>> begin(const sdk::LoadRequest& request) override {
    TRY(sdk::check_request(request, capabilities_));
    return MysqlLoad::begin(sessions_, request, options_);
  }

  Result<std::vector<model::LedgerEntry>> find_load(const std::string& pipeline,
                                                    const std::string& partition) override {
    auto connection = TRY(sessions_->open());
    return ledger_.newest(connection, pipeline, partition);
  }

  Result<std::vector<model::LedgerEntry>> ledger(const std::string& pipeline) override {
    auto connection = TRY(sessions_->open());
    return ledger_.all(connection, pipeline);
  }

  std::string query_hint(const std::string& table) const override {
    const auto& options = sessions_->options();
    const auto place = options.socket.empty()
                           ? fmt::format("-h {} -P {}", shell_word(options.host), options.port)
                           : fmt::format("-S {}", shell_word(options.socket));
    const auto sql = fmt::format("SELECT * FROM {} LIMIT 10", table_name(table, options.database).sql());
    return fmt::format("mysql {} -u {} -p -e {}", place, shell_word(options.user), shell_word(sql));
  }

 private:
  const sdk::DestinationCapabilities capabilities_{
      .write_modes = {WriteMode::Append, WriteMode::Replace, WriteMode::Merge, WriteMode::ReplacePartition},
      .resolves_keys = true,
      .concurrent_loads = false};
  std::shared_ptr<Sessions> sessions_;
  DestinationOptions options_;
  Ledger ledger_;
};

}  // namespace

std::unique_ptr<sdk::Destination> make_mysql_destination(const MysqlOptions& connection,
                                                         const DestinationOptions& options,
                                                         const io::Environment& environment) {
  return std::make_unique<MysqlDestination>(connection, options, environment);
}

}  // namespace weir::mysql

// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/destination.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "connectors/postgres/ledger.h"
#include "connectors/postgres/load.h"
#include "connectors/postgres/sessions.h"
#include "connectors/sdk/load_request.h"

namespace weir::postgres {
namespace {

using model::WriteMode;

bool is_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

/// A word that a shell takes as it is, or the same in quotes.
std::string shell_word(const std::string& text) {
  const auto harmless = [](char c) {
    return is_plain(c) || (c >= 'A' && c <= 'Z') || c == '/' || c == '.' || c == '-';
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), harmless)) return text;
  return "'" + join(split(text, '\''), "'\\''") + "'";
}

std::string readable_identifier(const std::string& name) {
  const bool plain =
      std::all_of(name.begin(), name.end(), is_plain) && (name.front() < '0' || name.front() > '9');
  return plain ? name : sql_identifier(name);
}

class PostgresDestination final : public sdk::Destination {
 public:
  PostgresDestination(const PostgresOptions& connection, const DestinationOptions& options,
                      const io::Environment& environment)
      : sessions_(std::make_shared<Sessions>(connection, environment)),
        options_(options),
        ledger_(connection.schema) {}

  const sdk::DestinationCapabilities& capabilities() const override { return capabilities_; }

  Result<void> check() override {
    auto connection = TRY(sessions_->take());
    const auto& schema = sessions_->options().schema;
    const auto rows =
        TRY(connection.query("SELECT has_schema_privilege(oid, 'USAGE'), has_schema_privilege(oid, 'CREATE') "
                             "FROM pg_namespace WHERE "
                             "nspname = $1",
                             Parameters().text(schema)));
    if (rows.size() == 0) {
      return fail(ErrorCode::NotFound, "the database has no schema {}; make it, or name another one", schema);
    }
    const bool may_use = rows.boolean(0, 0);
    const bool has_ledger = may_use && TRY(ledger_.exists(connection));
    if (!has_ledger && !(may_use && rows.boolean(0, 1))) {
      return fail(ErrorCode::PermissionDenied,
                  "the role may not {} schema {}; GRANT USAGE, CREATE ON SCHEMA {} to it",
                  may_use ? "make tables in" : "use", schema, sql_identifier(schema));
    }
    sessions_->give_back(std::move(connection));
    return {};
  }

  Result<std::unique_ptr<sdk::Load>> begin(const sdk::LoadRequest& request) override {
    TRY(sdk::check_request(request, capabilities_));
    return PostgresLoad::begin(sessions_, request, options_);
  }

  Result<std::vector<model::LedgerEntry>> find_load(const std::string& pipeline,
                                                    const std::string& partition) override {
    auto connection = TRY(sessions_->take());
    auto entries = TRY(ledger_.newest(connection, pipeline, partition));
    sessions_->give_back(std::move(connection));
    return entries;
  }

  Result<std::vector<model::LedgerEntry>> ledger(const std::string& pipeline) override {
    auto connection = TRY(sessions_->take());
    auto entries = TRY(ledger_.all(connection, pipeline));
    sessions_->give_back(std::move(connection));
    return entries;
  }

  std::string query_hint(const std::string& table) const override {
    const auto& options = sessions_->options();
    const auto name = table_name(table, options.schema);
    const auto qualified = readable_identifier(name.schema) + "." + readable_identifier(name.table);
    std::string command = "psql";
    const auto add = [&](const char* flag, const std::string& value) {
      if (!value.empty()) command += fmt::format(" {} {}", flag, shell_word(value));
    };
    add("-h", options.host);
    add("-p", options.port ? std::to_string(*options.port) : "");
    add("-U", options.user);
    add("-d", options.database);
    add("-c", fmt::format("SELECT * FROM {} LIMIT 10", qualified));
    return command;
  }

 private:
  const sdk::DestinationCapabilities capabilities_{
      .write_modes = {WriteMode::Append, WriteMode::Replace, WriteMode::Merge, WriteMode::ReplacePartition},
      .resolves_keys = true,
      .concurrent_loads = true};
  std::shared_ptr<Sessions> sessions_;
  DestinationOptions options_;
  Ledger ledger_;
};

}  // namespace

std::unique_ptr<sdk::Destination> make_postgres_destination(const PostgresOptions& connection,
                                                            const DestinationOptions& options,
                                                            const io::Environment& environment) {
  return std::make_unique<PostgresDestination>(connection, options, environment);
}

}  // namespace weir::postgres

// SPDX-License-Identifier: Apache-2.0
// The options of a connection to PostgreSQL, which Redshift shares, and what becomes of them. Values
// and functions without state.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "config/spec.h"
#include "io/environment.h"
#include "protocols/postgres/connection.h"

namespace weir::postgres {

enum class TlsMode {
  Disable,     ///< never
  Prefer,      ///< when the server can
  Require,     ///< encrypted, whoever the server is
  VerifyCa,    ///< and its certificate is signed by a known authority
  VerifyFull,  ///< and made for this host
};

/// What is left empty falls back to the variable that psql knows for it (PGHOST and so on), then to
/// libpq's own default. What is given always wins.
struct PostgresOptions {
  std::string host;
  std::optional<std::uint16_t> port;
  std::string database;
  std::string user;
  config::SecretReference password;
  std::string password_file;
  std::optional<TlsMode> tls;
  std::string tls_root_certificate;
  std::string tls_certificate;
  std::string tls_key;
  std::string schema = "public";
  config::Duration connect_timeout{std::chrono::seconds(15)};
  config::Duration statement_timeout{std::chrono::hours(2)};
  config::Duration lock_timeout{std::chrono::minutes(5)};  ///< Redshift knows none
};

/// Adds the options above, without lock_timeout, to the spec of a connector's struct that derives from
/// PostgresOptions.
template <typename Options>
void add_connection_fields(config::Spec<Options>& spec) {
  spec.field("host", &PostgresOptions::host,
             "Name or address of the server, or the folder of its Unix socket. Not given: PGHOST.")
      .example("db.internal")
      .field("port", &PostgresOptions::port, "TCP port. Not given: PGPORT.")
      .range(1, 65535)
      .field("database", &PostgresOptions::database, "Name of the database. Not given: PGDATABASE.")
      .example("warehouse")
      .field("user", &PostgresOptions::user, "Role to log in as. Not given: PGUSER.")
      .example("loader")
      .field("password", &PostgresOptions::password,
             "Its password. Not given: PGPASSWORD, then the password file.")
      .example("env:WAREHOUSE_PASSWORD")
      .field("password_file", &PostgresOptions::password_file,
             "A file in the format of .pgpass. Not given: PGPASSFILE, then ~/.pgpass.")
      .choice("tls", &PostgresOptions::tls,
              {{"disable", TlsMode::Disable},
               {"prefer", TlsMode::Prefer},
               {"require", TlsMode::Require},
               {"verify_ca", TlsMode::VerifyCa},
               {"verify_full", TlsMode::VerifyFull}},
              "How the connection is encrypted and the server's certificate checked. Not given: PGSSLMODE; "
              "else verify_full when there is a root certificate, prefer for this machine, and require for "
              "any other.")
      .field("tls_root_certificate", &PostgresOptions::tls_root_certificate,
             "File with the authorities that may have signed the server's certificate. Not given: "
             "PGSSLROOTCERT.")
      .example("/etc/ssl/certs/ca-certificates.crt")
      .field("tls_certificate", &PostgresOptions::tls_certificate,
             "File with a client certificate, for servers that ask for one. Not given: PGSSLCERT.")
      .field("tls_key", &PostgresOptions::tls_key, "File with its private key. Not given: PGSSLKEY.")
      .field("schema", &PostgresOptions::schema,
             "The schema that tables are in, and the ledger of loads. It must exist.")
      .field("connect_timeout", &PostgresOptions::connect_timeout, "How long to wait for the connection.")
      .field("statement_timeout", &PostgresOptions::statement_timeout,
             "How long one statement may run, also the copying of a whole table. A server that is silent for "
             "a tenth longer, at least a second and at most a minute, counts as lost. 0 s: as long as it "
             "takes.");
}

const config::Spec<PostgresOptions>& postgres_spec();

/// What libpq is told. Fails with InvalidConfig when a variable of the environment would lead
/// elsewhere in spite of the options, or a secret cannot be had.
Result<Target> target_of(const PostgresOptions& options, const io::Environment& environment);

/// The statements that make a session of PostgreSQL (not Redshift) read and write values in one
/// known form, whatever the server, database and role are set to.
std::string session_sql(const PostgresOptions& options);

/// A quoted identifier. Fails with InvalidConfig when the server would cut the name, or cannot have it.
Result<std::string> identifier(std::string_view name, std::size_t most_bytes = 63);
/// A string constant that is read the same whatever standard_conforming_strings is.
std::string literal(std::string_view text);

}  // namespace weir::postgres

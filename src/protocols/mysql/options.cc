// SPDX-License-Identifier: Apache-2.0
#include "protocols/mysql/options.h"

#include <fmt/format.h>

namespace weir::mysql {
namespace {

bool is_this_machine(std::string_view host) {
  return host == "localhost" || host.starts_with("127.") || host == "::1";
}

/// What stays on this machine needs no protection on the way.
TlsMode default_tls(const MysqlOptions& options) {
  if (!options.tls_root_certificate.empty()) return TlsMode::VerifyFull;
  return !options.socket.empty() || is_this_machine(options.host) ? TlsMode::Disable : TlsMode::Require;
}

void check_place(const MysqlOptions& options, const config::Node& node, config::Diagnostics& diagnostics) {
  if (options.host.empty() == options.socket.empty()) {
    diagnostics.error(node.at(), "say where the server is: either `host` or `socket`");
  }
  if (options.tls == TlsMode::VerifyFull && !options.socket.empty()) {
    diagnostics.error(node.at(), "tls: verify_full needs a `host`; a socket has no name to be verified");
  }
  if (options.tls_certificate.empty() != options.tls_key.empty()) {
    diagnostics.error(node.at(), "`tls_certificate` and `tls_key` go together");
  }
}

std::chrono::seconds whole_seconds(config::Duration duration) {
  return std::chrono::ceil<std::chrono::seconds>(duration.value);
}

}  // namespace

const config::Spec<MysqlOptions>& mysql_spec() {
  static const auto spec =
      config::Spec<MysqlOptions>("mysql", "Tables of a MySQL or MariaDB database.")
          .field("host", &MysqlOptions::host, "Name or address of the server.")
          .example("db.internal")
          .field("port", &MysqlOptions::port, "TCP port.")
          .range(1, 65535)
          .field("socket", &MysqlOptions::socket, "Path of the server's Unix socket, in place of a host.")
          .example("/run/mysqld/mysqld.sock")
          .field("database", &MysqlOptions::database, "Name of the database.")
          .required()
          .example("looker")
          .field("user", &MysqlOptions::user, "User to log in as.")
          .required()
          .example("reader")
          .field("password", &MysqlOptions::password, "Its password; any characters are fine.")
          .example("env:LOOKER_DB_PASSWORD")
          .choice("tls", &MysqlOptions::tls,
                  {{"disable", TlsMode::Disable},
                   {"require", TlsMode::Require},
                   {"verify_full", TlsMode::VerifyFull}},
                  "Whether the connection is encrypted: require encrypts without a look at the server's "
                  "certificate, verify_full wants one that a known authority signed for this host. Not "
                  "given: verify_full when there is a root certificate, disable for this machine, and "
                  "require for any other.")
          .field("tls_root_certificate", &MysqlOptions::tls_root_certificate,
                 "File with the authorities that may have signed the server's certificate. Not given: those "
                 "of the system.")
          .example("/etc/ssl/certs/ca-certificates.crt")
          .field("tls_certificate", &MysqlOptions::tls_certificate,
                 "File with a client certificate, for servers that ask for one.")
          .field("tls_key", &MysqlOptions::tls_key, "File with its private key.")
          .field("connect_timeout", &MysqlOptions::connect_timeout, "How long to wait for the connection.")
          .field("network_timeout", &MysqlOptions::network_timeout,
                 "How long to wait for the next bytes before the connection counts as lost. A query that "
                 "works longer before its first row needs more.")
          .field("statement_timeout", &MysqlOptions::statement_timeout,
                 "How long one statement may run, also the reading of a whole table. 0 s: as long as it "
                 "takes. MySQL applies it to SELECT only.")
          .check(check_place);
  return spec;
}

Result<Target> target_of(const MysqlOptions& options, const io::Environment& environment) {
  Target target;
  target.host = options.host;
  target.port = options.port;
  target.socket = options.socket;
  target.database = options.database;
  target.user = options.user;
  if (!options.password.empty()) {
    config::Diagnostics warnings;
    target.password =
        TRY(config::resolve(options.password, environment, warnings).within("reading the database password"));
  }
  target.tls = options.tls.value_or(default_tls(options));
  target.tls_root_certificate = options.tls_root_certificate;
  target.tls_certificate = options.tls_certificate;
  target.tls_key = options.tls_key;
  target.connect_timeout = whole_seconds(options.connect_timeout);
  target.network_timeout = whole_seconds(options.network_timeout);
  target.statement_timeout = options.statement_timeout.value;
  target.shown = options.socket.empty()
                     ? fmt::format("{}@{}:{}/{}", options.user, options.host, options.port, options.database)
                     : fmt::format("{}@{}/{}", options.user, options.socket, options.database);
  return target;
}

}  // namespace weir::mysql

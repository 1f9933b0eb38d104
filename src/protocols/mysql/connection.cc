// SPDX-License-Identifier: Apache-2.0
#include "protocols/mysql/connection.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>

#include "base/text.h"
#include "protocols/mysql/library.h"

namespace weir::mysql {
namespace {

constexpr int kSlowClient = 3600;  // seconds that the server waits for us to take rows

/// Keeps a write to a connection that is gone from ending the program, as the library does only
/// without TLS: the signal is for those whose output nobody reads any more.
class NoPipeSignal {
 public:
  NoPipeSignal() {
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::sigemptyset(&only_);
    ::sigaddset(&only_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &only_, &before_);
  }
  ~NoPipeSignal() {
    constexpr timespec kNoWait{};
    while (!was_pending_ && ::sigtimedwait(&only_, nullptr, &kNoWait) == SIGPIPE) continue;
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoPipeSignal(const NoPipeSignal&) = delete;
  NoPipeSignal& operator=(const NoPipeSignal&) = delete;

 private:
  sigset_t only_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

unsigned seconds(std::chrono::seconds duration) { return static_cast<unsigned>(duration.count()); }

void set_network(st_mysql* handle, const Target& target) {
  const auto connect = seconds(target.connect_timeout);
  const auto network = seconds(target.network_timeout);
  const unsigned off = 0;
  const char never = 0;
  unsigned protocol = target.socket.empty() ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
  const auto& library = mariadb();
  library.mysql_options(handle, MYSQL_OPT_PROTOCOL, &protocol);  // "localhost" is no socket
  library.mysql_options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &connect);
  library.mysql_options(handle, MYSQL_OPT_READ_TIMEOUT, &network);
  library.mysql_options(handle, MYSQL_OPT_WRITE_TIMEOUT, &network);
  library.mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &off);  // a server may not ask for files
  library.mysql_options(handle, MYSQL_OPT_RECONNECT, &never);   // it would lose the snapshot
  library.mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
}

void set_tls(st_mysql* handle, const Target& target) {
  const auto& library = mariadb();
  const char enforce = target.tls == TlsMode::Disable ? 0 : 1;
  const char verify = target.tls == TlsMode::VerifyFull ? 1 : 0;
  const auto given = [](const std::string& text) { return text.empty() ? nullptr : text.c_str(); };
  if (enforce != 0) {
    library.mysql_ssl_set(handle, given(target.tls_key), given(target.tls_certificate),
                          given(target.tls_root_certificate), nullptr, nullptr);
  }
  library.mysql_options(handle, MYSQL_OPT_SSL_ENFORCE, &enforce);
  library.mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
}

ServerError failure_of(st_mysql* handle) {
  return {mariadb().mysql_errno(handle), mariadb().mysql_sqlstate(handle), mariadb().mysql_error(handle)};
}

/// Rows of SQL set up a session: https://mariadb.com/kb/en/set/. The modes make the server refuse
/// what it cannot store, and leave quotes and backslashes with their usual meaning.
std::string session_sql() {
  return fmt::format(
      "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = "
      "'+00:00', net_write_timeout = {0}, net_read_timeout = {0}, wait_timeout = 28800",
      kSlowClient);
}

/// The longest time of a statement, in the server's own unit.
std::string limit_sql(Flavour flavour, std::chrono::milliseconds limit) {
  if (flavour == Flavour::Mysql) return fmt::format("SET SESSION max_execution_time = {}", limit.count());
  return fmt::format("SET SESSION max_statement_time = {:.3f}", static_cast<double>(limit.count()) / 1000);
}

bool is_loss(unsigned number) {
  return number == 2006 || number == 2013 || number == 2055 || number == 1927 || number == 4031;
}

}  // namespace

Rows::Rows(st_mysql_res* result, std::uint64_t affected) : result_(result), affected_(affected) {
  if (result == nullptr) return;
  const auto& library = mariadb();
  columns_ = library.mysql_num_fields(result);
  rows_.reserve(library.mysql_num_rows(result));
  while (auto* row = library.mysql_fetch_row(result)) {
    const auto* lengths = library.mysql_fetch_lengths(result);
    auto& cells = rows_.emplace_back();
    for (std::size_t i = 0; i < columns_; ++i) {
      cells.push_back(
          {row[i] == nullptr ? std::string_view() : std::string_view(row[i], lengths[i]), row[i] == nullptr});
    }
  }
}

void Rows::Free::operator()(st_mysql_res* result) const { mariadb().mysql_free_result(result); }

std::int64_t Rows::integer(std::size_t row, std::size_t column) const {
  std::int64_t value = 0;
  const auto digits = text(row, column);
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

RowStream::RowStream(Connection& connection, st_mysql_res* result)
    : connection_(&connection),
      result_(result, Abandon{connection.socket_.handle()}),
      fields_(fields_of(result)) {}

// Freeing a result reads what is left of it, which can be hours. Without its socket there is nothing
// left to read.
void RowStream::Abandon::operator()(st_mysql_res* result) const {
  if (result->eof == 0) ::shutdown(socket, SHUT_RDWR);
  mariadb().mysql_free_result(result);
}

Result<bool> RowStream::next(RawRow& row) {
  const auto& library = mariadb();
  auto* values = library.mysql_fetch_row(result_.get());
  if (values != nullptr) {
    row = {values, library.mysql_fetch_lengths(result_.get())};
    return true;
  }
  if (library.mysql_errno(connection_->connection_.get()) != 0) return connection_->refuse();
  return false;
}

Connection::Socket::Socket(int original) : handle_(::fcntl(original, F_DUPFD_CLOEXEC, 0)) {}

Connection::Socket::~Socket() {
  if (handle_ >= 0) ::close(handle_);
}

void Connection::Close::operator()(st_mysql* connection) const {
  const NoPipeSignal no_signal;
  mariadb().mysql_close(connection);
}

Result<Connection> Connection::open(const Target& target) {
  TRY(load_mariadb());
  if (target.password.reveal().find('\0') != std::string::npos) {
    return fail(ErrorCode::InvalidConfig, "the password has a NUL character, which MySQL cannot take");
  }
  const NoPipeSignal no_signal;
  Connection connection(mariadb().mysql_init(nullptr));
  auto* handle = connection.connection_.get();
  if (handle == nullptr) return fail(ErrorCode::Exhausted, "no memory for a connection");
  set_network(handle, target);
  set_tls(handle, target);
  const auto* socket = target.socket.empty() ? nullptr : target.socket.c_str();
  const auto* database = target.database.empty() ? nullptr : target.database.c_str();
  if (mariadb().mysql_real_connect(handle, target.host.c_str(), target.user.c_str(),
                                   target.password.reveal().c_str(), database, target.port, socket,
                                   CLIENT_MULTI_RESULTS) == nullptr) {
    const auto error = to_error(failure_of(handle));
    return fail(error.code(), "cannot connect to {}: {}", target.shown, error.message());
  }
  connection.socket_ = Socket(mariadb().mysql_get_socket(handle));
  // The library goes on without TLS when a server does not offer it.
  if (target.tls != TlsMode::Disable && mariadb().mysql_get_ssl_cipher(handle) == nullptr) {
    return fail(ErrorCode::InvalidConfig,
                "{} does not offer TLS; turn it on there, or set `tls: disable` if the way to it is safe",
                target.shown);
  }
  const std::string_view version = mariadb().mysql_get_server_info(handle);
  const bool is_mariadb = version.find("MariaDB") != std::string_view::npos;
  connection.flavour_ = is_mariadb ? Flavour::Mariadb : Flavour::Mysql;
  TRY(connection.prepare_session(target).within("preparing the session with " + target.shown));
  return connection;
}

Result<void> Connection::prepare_session(const Target& target) {
  TRY(execute(session_sql()));
  const auto limited = execute(limit_sql(flavour_, target.statement_timeout));
  // Servers from before 2015 have no such variable.
  if (!limited && last_failure_.number != number::kUnknownVariable) return Failure(limited.error());
  return {};
}

Failure Connection::refuse() { return refuse(failure_of(connection_.get())); }

Failure Connection::refuse(ServerError error) {
  last_failure_ = std::move(error);
  if (is_loss(last_failure_.number)) lost_ = true;
  return Failure(to_error(last_failure_));
}

Result<Rows> Connection::execute(const std::string& sql) {
  const NoPipeSignal no_signal;
  const auto& library = mariadb();
  auto* handle = connection_.get();
  if (library.mysql_real_query(handle, sql.data(), sql.size()) != 0) return refuse();
  auto* result = library.mysql_store_result(handle);
  if (result == nullptr && library.mysql_errno(handle) != 0) return refuse();
  return Rows(result, result == nullptr ? library.mysql_affected_rows(handle) : 0);
}

Result<RowStream> Connection::stream(const std::string& sql) {
  const NoPipeSignal no_signal;
  const auto& library = mariadb();
  auto* handle = connection_.get();
  if (library.mysql_real_query(handle, sql.data(), sql.size()) != 0) return refuse();
  auto* result = library.mysql_use_result(handle);
  if (result != nullptr) return RowStream(*this, result);
  if (library.mysql_errno(handle) != 0) return refuse();
  return fail(ErrorCode::InvalidConfig, "the statement gives no rows");
}

Result<std::vector<Field>> Connection::describe(const std::string& sql) {
  const NoPipeSignal no_signal;
  const auto& library = mariadb();
  const std::unique_ptr<MYSQL_STMT, decltype(library.mysql_stmt_close)> statement(
      library.mysql_stmt_init(connection_.get()), library.mysql_stmt_close);
  if (statement == nullptr) return fail(ErrorCode::Exhausted, "no memory for a statement");
  if (library.mysql_stmt_prepare(statement.get(), sql.data(), sql.size()) != 0) {
    return refuse({library.mysql_stmt_errno(statement.get()), "", library.mysql_stmt_error(statement.get())});
  }
  const std::unique_ptr<MYSQL_RES, decltype(library.mysql_free_result)> metadata(
      library.mysql_stmt_result_metadata(statement.get()), library.mysql_free_result);
  if (metadata == nullptr) return fail(ErrorCode::InvalidConfig, "the statement gives no rows");
  return fields_of(metadata.get());
}

unsigned Connection::warnings() const { return mariadb().mysql_warning_count(connection_.get()); }

unsigned long Connection::id() const { return mariadb().mysql_thread_id(connection_.get()); }

void Connection::cut() const { ::shutdown(socket_.handle(), SHUT_RDWR); }

Result<void> kill_query(const Target& target, unsigned long connection_id) {
  auto connection = TRY(Connection::open(target));
  TRY(connection.execute(fmt::format("KILL QUERY {}", connection_id)));
  return {};
}

void end_thread() { mariadb().mysql_thread_end(); }

std::string literal(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\0') {
      quoted += "\\0";
    } else {
      if (c == '\'' || c == '\\') quoted += '\\';
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string blob_literal(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string quoted = "x'";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    quoted += kDigits[byte >> 4U];
    quoted += kDigits[byte & 15U];
  }
  return quoted + "'";
}

std::string identifier(std::string_view name) { return "`" + join(split(name, '`'), "``") + "`"; }

}  // namespace weir::mysql

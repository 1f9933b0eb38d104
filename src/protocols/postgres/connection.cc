// SPDX-License-Identifier: Apache-2.0
#include "protocols/postgres/connection.h"

#include <fmt/format.h>

#include <array>
#include <future>
#include <system_error>
#include <thread>
#include <utility>

#include "base/text.h"
#include "protocols/postgres/libpq_library.h"
#include "protocols/postgres/silence_watch.h"

namespace weir::postgres {
namespace {

constexpr int kText = 0;
constexpr std::size_t kMostNotices = 100;  // a trigger may tell something about every row
constexpr std::chrono::seconds kCancelPatience(10);

ServerError fields_of(const PGresult* result) {
  const auto field = [&](int code) {
    const char* text = libpq().PQresultErrorField(result, code);
    return std::string(text == nullptr ? "" : text);
  };
  ServerError failure;
  failure.sqlstate = field(PG_DIAG_SQLSTATE);
  failure.severity = field(PG_DIAG_SEVERITY);
  failure.message = field(PG_DIAG_MESSAGE_PRIMARY);
  failure.detail = field(PG_DIAG_MESSAGE_DETAIL);
  failure.hint = field(PG_DIAG_MESSAGE_HINT);
  failure.context = field(PG_DIAG_CONTEXT);
  failure.table = field(PG_DIAG_TABLE_NAME);
  failure.column = field(PG_DIAG_COLUMN_NAME);
  failure.constraint = field(PG_DIAG_CONSTRAINT_NAME);
  return failure;
}

// Without a receiver libpq prints notices to the terminal.
void receive_notice(void* notices, const PGresult* result) {
  auto& all = *static_cast<std::vector<std::string>*>(notices);
  const auto notice = fields_of(result);
  if (all.size() < kMostNotices) all.push_back(notice.severity + ": " + notice.message);
}

bool is_failure(ExecStatusType status) {
  return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE || status == PGRES_NONFATAL_ERROR;
}

std::string one_line(const char* text) {
  std::vector<std::string> lines;
  for (const auto& line : split(text, '\n')) {
    if (!trim(line).empty()) lines.emplace_back(trim(line));
  }
  return join(lines, "; ");
}

}  // namespace

Canceller::Canceller(pg_cancel* handle)
    : handle_(handle, [](pg_cancel* gone) { libpq().PQfreeCancel(gone); }) {}

// libpq waits without limit for the server to take the request. So a thread does, which is left alone
// with what it needs when the server stands still.
Result<void> Canceller::cancel() const {
  std::promise<Result<void>> promise;
  auto taken = promise.get_future();
  try {
    std::thread([handle = handle_, promise = std::move(promise)]() mutable {
      std::array<char, 256> message{};
      const bool done = libpq().PQcancel(handle.get(), message.data(), static_cast<int>(message.size())) != 0;
      handle.reset();
      promise.set_value(done ? Result<void>()
                             : fail(ErrorCode::Unavailable,
                                    "the server did not take the request to cancel: {}",
                                    one_line(message.data())));
    }).detach();
  } catch (const std::system_error& error) {
    return fail(ErrorCode::Exhausted, "no thread to cancel a statement: {}", error.what());
  }
  if (taken.wait_for(kCancelPatience) == std::future_status::ready) return taken.get();
  return fail(ErrorCode::Unavailable, "the server did not take the request to cancel for {} s",
              kCancelPatience.count());
}

void CopyChunk::Free::operator()(char* bytes) const { libpq().PQfreemem(bytes); }

void Connection::Finish::operator()(pg_conn* connection) const { libpq().PQfinish(connection); }

Connection::Connection(pg_conn* connection)
    : connection_(connection),
      notices_(std::make_unique<std::vector<std::string>>()),
      last_failure_(std::make_unique<ServerError>()) {
  libpq().PQsetNoticeReceiver(connection, receive_notice, notices_.get());
}

Result<Connection> Connection::open(const Target& target) {
  TRY(load_libpq());
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : target.keywords) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  if (!target.password.empty()) {
    names.push_back("password");
    values.push_back(target.password.reveal().c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  constexpr int kNoConnectionStrings = 0;  // a dbname with an '=' stays a name
  auto* opened = libpq().PQconnectdbParams(names.data(), values.data(), kNoConnectionStrings);
  if (opened == nullptr) return fail(ErrorCode::Exhausted, "no memory for a connection");
  Connection connection(opened);
  if (!connection.alive()) {
    const auto message = one_line(libpq().PQerrorMessage(opened));
    return fail(code_of_connect_failure(message), "cannot connect to {}: {}", target.shown, message);
  }
  if (target.silence_limit.count() > 0) {
    connection.watch_ = TRY(SilenceWatch::start(libpq().PQsocket(opened), target.silence_limit));
  }
  if (!target.session_sql.empty()) {
    TRY(connection.execute(target.session_sql).within("preparing the session with " + target.shown));
  }
  return connection;
}

Failure Connection::lost(std::string_view what) {
  *last_failure_ = {};
  if (watch_ && watch_->has_cut()) {
    return fail(ErrorCode::Unavailable,
                "the server was silent for {} s, and the connection was given up: the server or the network "
                "stands still. A statement that needs more time needs a longer statement_timeout",
                std::chrono::ceil<std::chrono::seconds>(watch_->limit()).count());
  }
  const auto message = one_line(libpq().PQerrorMessage(connection_.get()));
  return fail(ErrorCode::Unavailable, "{}: {}", what, message.empty() ? "no reason was given" : message);
}

Failure Connection::refuse(const pg_result* result) {
  auto failure = fields_of(result);
  if (failure.sqlstate.empty()) {
    // libpq made it up: the connection is gone, or it was misused.
    if (!alive()) return lost("the connection to the server was lost");
    *last_failure_ = {};
    return fail(ErrorCode::Internal, "{}", one_line(libpq().PQresultErrorMessage(result)));
  }
  *last_failure_ = std::move(failure);
  return Failure(to_error(*last_failure_));
}

Result<Rows> Connection::check(pg_result* result) {
  if (result == nullptr) return lost("the statement could not be sent");
  Rows rows(result);
  if (is_failure(libpq().PQresultStatus(result))) return refuse(result);
  *last_failure_ = {};
  return rows;
}

Result<Rows> Connection::execute(const std::string& sql) {
  const SilenceWatch::Waiting waits(watch_.get());
  return check(libpq().PQexec(connection_.get(), sql.c_str()));
}

Result<Rows> Connection::query(const std::string& sql, const Parameters& parameters) {
  const SilenceWatch::Waiting waits(watch_.get());
  return check(libpq().PQexecParams(connection_.get(), sql.c_str(), parameters.size(), parameters.types(),
                                    parameters.values(), parameters.lengths(), parameters.formats(), kText));
}

Result<void> Connection::prepare(const std::string& name, const std::string& sql,
                                 const std::vector<std::uint32_t>& types) {
  const SilenceWatch::Waiting waits(watch_.get());
  TRY(check(libpq().PQprepare(connection_.get(), name.c_str(), sql.c_str(), static_cast<int>(types.size()),
                              types.data())));
  return {};
}

Result<Rows> Connection::run_prepared(const std::string& name, const Parameters& parameters) {
  const SilenceWatch::Waiting waits(watch_.get());
  return check(libpq().PQexecPrepared(connection_.get(), name.c_str(), parameters.size(), parameters.values(),
                                      parameters.lengths(), parameters.formats(), kText));
}

Result<std::vector<Field>> Connection::describe(const std::string& sql) {
  TRY(prepare("", sql));
  const SilenceWatch::Waiting waits(watch_.get());
  const auto rows = TRY(check(libpq().PQdescribePrepared(connection_.get(), "")));
  std::vector<Field> fields;
  for (std::size_t i = 0; i < rows.columns(); ++i) {
    fields.push_back({rows.column_name(i), rows.column_type(i), rows.column_modifier(i)});
  }
  return fields;
}

Result<void> Connection::stream(const std::string& sql, const Parameters& parameters,
                                const std::function<Result<void>(const Rows& row)>& on_row) {
  const auto send = [&] {
    const SilenceWatch::Waiting waits(watch_.get());
    return libpq().PQsendQueryParams(connection_.get(), sql.c_str(), parameters.size(), parameters.types(),
                                     parameters.values(), parameters.lengths(), parameters.formats(), kText);
  };
  if (send() == 0) return lost("the statement could not be sent");
  libpq().PQsetSingleRowMode(connection_.get());
  Result<void> outcome;
  while (auto* result = next_result()) {
    const Rows rows(result);
    const auto status = libpq().PQresultStatus(result);
    if (!outcome.ok()) continue;  // the rest has to be taken, or the connection is of no use
    if (is_failure(status)) outcome = refuse(result);
    if (status == PGRES_SINGLE_TUPLE) outcome = on_row(rows);
    if (!outcome.ok() && alive()) static_cast<void>(canceller().cancel());
  }
  return outcome;
}

pg_result* Connection::next_result() {
  const SilenceWatch::Waiting waits(watch_.get());
  return libpq().PQgetResult(connection_.get());
}

Result<std::optional<Rows>> Connection::drain() {
  std::optional<Rows> last;
  std::optional<Error> error;
  while (auto* result = next_result()) {
    Rows rows(result);
    const auto status = libpq().PQresultStatus(result);
    if (is_failure(status) && !error) error = refuse(result).take();
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) break;
    last = std::move(rows);
  }
  if (error) return Failure(*error);
  *last_failure_ = {};
  return last;
}

Result<void> Connection::begin_copy_in(const std::string& sql) {
  const SilenceWatch::Waiting waits(watch_.get());
  auto* result = libpq().PQexec(connection_.get(), sql.c_str());
  const auto rows = TRY(check(result));
  if (libpq().PQresultStatus(result) == PGRES_COPY_IN) return {};
  return fail(ErrorCode::Internal, "the server wants no rows for: {}", sql);
}

Result<void> Connection::copy_in(std::string_view bytes) {
  // A message's length has 32 bits, and small ones let the server work meanwhile.
  constexpr std::size_t kMessage = std::size_t{256} * 1024;
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, kMessage);
    const auto send = [&] {
      const SilenceWatch::Waiting waits(watch_.get());
      return libpq().PQputCopyData(connection_.get(), piece.data(), static_cast<int>(piece.size()));
    };
    if (send() != 1) {
      // The reason is in the result, when the server had time to tell it.
      TRY(drain());
      return lost("the connection was lost while rows were sent");
    }
    bytes.remove_prefix(piece.size());
  }
  return {};
}

int Connection::end_copy_in(const char* why_given_up) {
  const SilenceWatch::Waiting waits(watch_.get());
  return libpq().PQputCopyEnd(connection_.get(), why_given_up);
}

Result<std::uint64_t> Connection::finish_copy_in() {
  if (end_copy_in(nullptr) != 1) {
    TRY(drain());
    return lost("the connection was lost while rows were sent");
  }
  const auto rows = TRY(drain());
  if (!rows) return lost("the server gave no answer to the rows");
  return rows->affected();
}

Result<void> Connection::begin_copy_out(const std::string& sql) {
  const SilenceWatch::Waiting waits(watch_.get());
  auto* result = libpq().PQexec(connection_.get(), sql.c_str());
  const auto rows = TRY(check(result));
  copies_out_ = libpq().PQresultStatus(result) == PGRES_COPY_OUT;
  if (copies_out_) return {};
  return fail(ErrorCode::Internal, "the server sends no rows for: {}", sql);
}

Result<std::optional<CopyChunk>> Connection::copy_out() {
  constexpr int kWait = 0;
  char* bytes = nullptr;
  const auto take = [&] {
    const SilenceWatch::Waiting waits(watch_.get());
    return libpq().PQgetCopyData(connection_.get(), &bytes, kWait);
  };
  const int size = take();
  if (size > 0) return std::optional<CopyChunk>(CopyChunk(bytes, static_cast<std::size_t>(size)));
  copies_out_ = false;
  if (size == -2) return lost("the connection was lost while rows were read");
  TRY(drain());  // only this says that the rows were all
  return std::optional<CopyChunk>();
}

void Connection::roll_back() {
  if (!alive() || !in_transaction()) return;
  // Both fail only together with the session, whose end is a rollback too.
  if (libpq().PQtransactionStatus(connection_.get()) == PQTRANS_ACTIVE) {
    // Rows that the server still sends would all have to be taken.
    if (std::exchange(copies_out_, false)) static_cast<void>(canceller().cancel());
    end_copy_in("given up");
    static_cast<void>(drain());
  }
  static_cast<void>(execute("ROLLBACK"));
}

bool Connection::in_transaction() const {
  return libpq().PQtransactionStatus(connection_.get()) != PQTRANS_IDLE;
}

bool Connection::alive() const { return libpq().PQstatus(connection_.get()) == CONNECTION_OK; }

std::vector<std::string> Connection::take_notices() { return std::exchange(*notices_, {}); }

Canceller Connection::canceller() const { return Canceller(libpq().PQgetCancel(connection_.get())); }

int Connection::process_id() const { return libpq().PQbackendPID(connection_.get()); }

int Connection::server_version() const { return libpq().PQserverVersion(connection_.get()); }

}  // namespace weir::postgres

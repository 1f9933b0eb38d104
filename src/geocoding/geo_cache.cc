// SPDX-License-Identifier: Apache-2.0
#include "geocoding/geo_cache.h"

#include <sqlite3.h>
#include <sys/stat.h>

namespace weir::geocoding {
namespace {

constexpr int kBusyMilliseconds = 5000;
constexpr std::int64_t kMicros = 1'000'000;

constexpr const char* kSchema = R"sql(
  CREATE TABLE IF NOT EXISTS entries (
    source TEXT NOT NULL, address TEXT NOT NULL, value TEXT, fetched_at INTEGER NOT NULL,
    PRIMARY KEY (source, address)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS lookups (
    source TEXT NOT NULL, month TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (source, month)) WITHOUT ROWID;
  PRAGMA user_version = 1;
)sql";

Failure sqlite_failure(sqlite3* connection, std::string_view action) {
  return fail(ErrorCode::Unavailable, "{} the geocoding cache: {}", action,
              connection == nullptr ? "no memory" : sqlite3_errmsg(connection));
}

/// A prepared statement with its arguments bound in order.
class Statement {
 public:
  Statement(sqlite3* connection, const char* sql) {
    prepared_ = sqlite3_prepare_v2(connection, sql, -1, &statement_, nullptr);
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(const std::string& text) {
    sqlite3_bind_text(statement_, ++bound_, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    return *this;
  }
  Statement& bind(const std::optional<std::string>& text) {
    if (text) return bind(*text);
    sqlite3_bind_null(statement_, ++bound_);
    return *this;
  }
  Statement& bind(std::int64_t number) {
    sqlite3_bind_int64(statement_, ++bound_, number);
    return *this;
  }
  /// SQLITE_ROW, SQLITE_DONE or an error.
  int step() { return prepared_ != SQLITE_OK ? prepared_ : sqlite3_step(statement_); }
  void reset() {
    sqlite3_reset(statement_);
    bound_ = 0;
  }

  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  std::optional<std::string> text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (bytes == nullptr) return std::nullopt;
    return std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
  }

 private:
  sqlite3_stmt* statement_ = nullptr;
  int prepared_ = SQLITE_OK;
  int bound_ = 0;
};

std::filesystem::path with_suffix(std::filesystem::path file, const char* suffix) { return file += suffix; }

/// Moves a damaged file out of the way; its journal belongs to it and goes too.
Result<void> set_aside(const std::filesystem::path& file) {
  std::error_code error;
  std::filesystem::rename(file, with_suffix(file, ".damaged"), error);
  if (error) return fail(ErrorCode::Unavailable, "cannot rename {}: {}", file.string(), error.message());
  std::filesystem::remove(with_suffix(file, "-wal"), error);
  std::filesystem::remove(with_suffix(file, "-shm"), error);
  return {};
}

/// Whose addresses were looked up is nobody else's business; the journal gets the mode of the file. There
/// is no descriptor here, because closing one would drop the locks that this process has on the file.
void keep_private(const std::filesystem::path& file) {
  constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;
  std::error_code error;
  if (::mknod(file.c_str(), S_IFREG | kOwnerOnly, 0) != 0 && std::filesystem::is_regular_file(file, error))
    ::chmod(file.c_str(), kOwnerOnly);
}

}  // namespace

Result<std::unique_ptr<GeoCache>> GeoCache::open(const std::filesystem::path& file, const io::Clock& clock,
                                                 CacheLifetimes lifetimes) {
  std::error_code ignored;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), ignored);
  std::unique_ptr<GeoCache> cache(new GeoCache(clock, lifetimes));
  if (const Result<void> connected = cache->connect(file); !connected.ok()) {
    if (connected.error().code() != ErrorCode::DataMismatch) return Failure(connected.error());
    sqlite3_close(std::exchange(cache->connection_, nullptr));
    TRY(set_aside(file));
    cache->warning_ =
        fmt::format("the geocoding cache {} was damaged: it was renamed to {}.damaged and begun anew",
                    file.string(), file.filename().string());
    TRY(cache->connect(file));
  }
  TRY(cache->forget_expired());
  return cache;
}

GeoCache::~GeoCache() { sqlite3_close(connection_); }

/// DataMismatch stands for a file that is there and no cache of ours.
Result<void> GeoCache::connect(const std::filesystem::path& file) {
  const std::string name = file.empty() ? ":memory:" : file.string();
  if (!file.empty()) keep_private(file);
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  if (sqlite3_open_v2(name.c_str(), &connection_, flags, nullptr) != SQLITE_OK) {
    return sqlite_failure(connection_, "cannot open");
  }
  sqlite3_busy_timeout(connection_, kBusyMilliseconds);
  Statement check(connection_, "PRAGMA quick_check(1)");
  const int status = check.step();
  const bool is_damaged = status == SQLITE_NOTADB || status == SQLITE_CORRUPT;
  if (is_damaged || (status == SQLITE_ROW && check.text(0) != "ok")) {
    return fail(ErrorCode::DataMismatch, "{} is damaged", name);
  }
  if (status != SQLITE_ROW) return sqlite_failure(connection_, "cannot read");
  Statement version(connection_, "PRAGMA user_version");
  if (version.step() != SQLITE_ROW || version.integer(0) > 1) {
    return fail(ErrorCode::DataMismatch, "{} was written by a newer version", name);
  }
  version.reset();
  check.reset();
  TRY(execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL"));
  return execute(kSchema);
}

Result<void> GeoCache::execute(const char* sql) {
  if (sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  const int code = sqlite3_errcode(connection_);
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
    return fail(ErrorCode::DataMismatch, "the file is damaged");
  return sqlite_failure(connection_, "cannot write");
}

Result<void> GeoCache::forget_expired() {
  const std::int64_t now = clock_.now().micros / kMicros;
  Statement remove(
      connection_,
      "DELETE FROM entries WHERE fetched_at + CASE WHEN value IS NULL THEN ?1 ELSE ?2 END <= ?3");
  remove.bind(lifetimes_.not_found.count()).bind(lifetimes_.found.count()).bind(now);
  if (remove.step() != SQLITE_DONE) return sqlite_failure(connection_, "cannot clean");
  return {};
}

Result<std::optional<CacheEntry>> GeoCache::find(const std::string& source, const std::string& address) {
  const std::lock_guard lock(mutex_);
  Statement select(connection_, "SELECT value, fetched_at FROM entries WHERE source = ? AND address = ?");
  const int status = select.bind(source).bind(address).step();
  if (status == SQLITE_DONE) return std::optional<CacheEntry>();
  if (status != SQLITE_ROW) return sqlite_failure(connection_, "cannot read");
  CacheEntry entry{address, select.text(0), {select.integer(1) * kMicros}};
  const std::chrono::seconds lifetime = entry.value ? lifetimes_.found : lifetimes_.not_found;
  const bool expired = clock_.now().micros >= entry.fetched_at.micros + lifetime.count() * kMicros;
  return expired ? std::optional<CacheEntry>() : std::optional(std::move(entry));
}

Result<void> GeoCache::store(const std::string& source, std::span<const CacheEntry> entries,
                             std::uint64_t lookups) {
  const std::lock_guard lock(mutex_);
  TRY(execute("BEGIN IMMEDIATE"));
  Result<void> stored = store_entries(source, entries, lookups);
  if (stored.ok()) stored = execute("COMMIT");
  if (!stored.ok()) (void)execute("ROLLBACK");
  return stored;
}

Result<void> GeoCache::store_entries(const std::string& source, std::span<const CacheEntry> entries,
                                     std::uint64_t lookups) {
  Statement insert(connection_,
                   "INSERT OR REPLACE INTO entries (source, address, value, fetched_at) VALUES (?, ?, ?, ?)");
  const std::int64_t now = clock_.now().micros / kMicros;
  for (const CacheEntry& entry : entries) {
    if (insert.bind(source).bind(entry.address).bind(entry.value).bind(now).step() != SQLITE_DONE) {
      return sqlite_failure(connection_, "cannot write");
    }
    insert.reset();
  }
  Statement count(connection_,
                  "INSERT INTO lookups (source, month, count) VALUES (?, ?, ?) "
                  "ON CONFLICT DO UPDATE SET count = count + excluded.count");
  if (count.bind(source).bind(month()).bind(static_cast<std::int64_t>(lookups)).step() != SQLITE_DONE) {
    return sqlite_failure(connection_, "cannot write");
  }
  return {};
}

Result<std::uint64_t> GeoCache::lookups_this_month(const std::string& source) {
  const std::lock_guard lock(mutex_);
  Statement select(connection_, "SELECT count FROM lookups WHERE source = ? AND month = ?");
  const int status = select.bind(source).bind(month()).step();
  if (status == SQLITE_DONE) return std::uint64_t{0};
  if (status != SQLITE_ROW) return sqlite_failure(connection_, "cannot read");
  return static_cast<std::uint64_t>(select.integer(0));
}

std::string GeoCache::month() const { return to_string(day_of(clock_.now())).substr(0, 7); }

}  // namespace weir::geocoding

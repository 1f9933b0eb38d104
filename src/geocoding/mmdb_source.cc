// SPDX-License-Identifier: Apache-2.0
#include "geocoding/mmdb_source.h"

#include <netinet/in.h>

#include <cstring>
#include <fstream>

#include "base/time.h"
#include "geocoding/mmdb_layout.h"

namespace weir::geocoding {

struct MmdbSource::File {
  std::filesystem::path path;
  MMDB_s database{};
  MmdbLayout layout = MmdbLayout::Unknown;
  std::atomic<bool> damaged = false;
  bool is_open = false;

  ~File() {
    if (is_open) MMDB_close(&database);
  }
};

namespace {

sockaddr_storage socket_address(const Address& address) {
  sockaddr_storage storage{};
  if (address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, address.bytes().data() + 12, 4);
    std::memcpy(&storage, &v4, sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    std::memcpy(&v6.sin6_addr, address.bytes().data(), 16);
    std::memcpy(&storage, &v6, sizeof v6);
  }
  return storage;
}

bool is_gzip(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return file.get() == 0x1F && file.get() == 0x8B;
}

Failure open_failure(const std::filesystem::path& path, int status) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return fail(ErrorCode::NotFound, "there is no IP database {}: check the path under 'database'",
                path.string());
  }
  if (is_gzip(path)) {
    return fail(ErrorCode::DataMismatch, "{} is still compressed: unpack it and name the .mmdb file",
                path.string());
  }
  if (!std::ifstream(path)) {
    return fail(ErrorCode::PermissionDenied, "the IP database {} cannot be read: check its permissions",
                path.string());
  }
  return fail(ErrorCode::DataMismatch, "{} is no MMDB file or was cut short ({}): download it again",
              path.string(), MMDB_strerror(status));
}

}  // namespace

MmdbSource::MmdbSource() = default;
MmdbSource::~MmdbSource() = default;

Result<std::unique_ptr<MmdbSource>> MmdbSource::open(const std::vector<std::filesystem::path>& files) {
  std::unique_ptr<MmdbSource> source(new MmdbSource());
  for (const std::filesystem::path& path : files) {
    auto file = std::make_unique<File>();
    file->path = path;
    const int status = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &file->database);
    if (status != MMDB_SUCCESS) return open_failure(path, status);
    file->is_open = true;
    const MMDB_metadata_s& metadata = file->database.metadata;
    const std::string type = metadata.database_type == nullptr ? "" : metadata.database_type;
    file->layout = layout_of(type);
    constexpr std::uint64_t kSecondsOfDay = 86400;
    const Date built{static_cast<std::int32_t>(metadata.build_epoch / kSecondsOfDay)};
    source->version_ += fmt::format("{}{} {}", source->files_.empty() ? "" : " + ", type, to_string(built));
    source->files_.push_back(std::move(file));
  }
  return source;
}

void MmdbSource::resolve(std::span<const Address> addresses, std::vector<Resolution>& out) {
  out.clear();
  out.reserve(addresses.size());
  for (const Address& address : addresses) {
    out.push_back(look_up(address));
    ++(out.back() ? looked_up_ : unresolved_);
  }
}

Resolution MmdbSource::look_up(const Address& address) {
  const sockaddr_storage target = socket_address(address);
  GeoRecord record;
  bool is_known = false;
  for (const auto& file : files_) {
    int status = MMDB_SUCCESS;
    MMDB_lookup_result_s found =
        MMDB_lookup_sockaddr(&file->database, reinterpret_cast<const sockaddr*>(&target), &status);
    if (status != MMDB_SUCCESS && status != MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR) {
      warn_damaged(*file, Error(ErrorCode::DataMismatch, MMDB_strerror(status)));
      continue;
    }
    if (status == MMDB_SUCCESS && found.found_entry) {
      const Result<GeoRecord> entry = read_entry(found.entry, file->layout);
      if (!entry.ok()) {
        warn_damaged(*file, entry.error());
        continue;
      }
      fill_gaps(record, *entry);
      is_known = true;
    }
  }
  if (!is_known) return std::nullopt;
  complete(record);
  record.source_version = version_;
  return record;
}

void MmdbSource::warn_damaged(File& file, const Error& error) {
  if (file.damaged.exchange(true)) return;
  const std::lock_guard lock(warnings_mutex_);
  warnings_.push_back(
      fmt::format("the IP database {} is damaged ({}), the places of some addresses stay NULL: "
                  "download it again, then load the partition again with --rerun",
                  file.path.string(), error.message()));
}

SourceCounts MmdbSource::counts() const { return {.looked_up = looked_up_, .unresolved = unresolved_}; }

std::vector<std::string> MmdbSource::take_warnings() {
  const std::lock_guard lock(warnings_mutex_);
  return std::exchange(warnings_, {});
}

}  // namespace weir::geocoding

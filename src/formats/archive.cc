// SPDX-License-Identifier: Apache-2.0
#include "formats/archive.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "formats/inflate.h"
#include "formats/tar_walk.h"
#include "formats/zip_walk.h"

namespace weir::formats {
namespace {

/// Below this many inflated bytes no ratio is judged: a header alone may repeat itself.
constexpr std::uint64_t kUnjudgedBytes = std::uint64_t{16} << 20;

constexpr std::array<std::string_view, 8> kTarExtensions = {".tar",  ".tgz",     ".tar.gz",   ".tar.gzip",
                                                            ".tzst", ".tar.zst", ".tar.zstd", ".taz"};
constexpr std::string_view kZipExtension = ".zip";

std::size_t extension_length(std::string_view name, ArchiveKind& kind) {
  const auto folded = lower(name);
  kind = ArchiveKind::Zip;
  if (folded.ends_with(kZipExtension)) return kZipExtension.size();
  kind = ArchiveKind::Tar;
  for (const auto extension : kTarExtensions) {
    if (folded.ends_with(extension)) return extension.size();
  }
  kind = ArchiveKind::None;
  return 0;
}

/// Counts one side of the inflation.
class CountedSource final : public ByteSource {
 public:
  enum class Side { Stored, Inflated };
  CountedSource(std::unique_ptr<ByteSource> source, std::shared_ptr<InflationMeter> meter, Side side)
      : source_(std::move(source)), meter_(std::move(meter)), side_(side) {}

  Result<std::size_t> read(char* to, std::size_t size) override {
    const auto count = TRY(source_->read(to, size));
    if (side_ == Side::Stored) {
      meter_->stored(count);
    } else {
      TRY(meter_->inflated(count));
    }
    return count;
  }

 private:
  std::unique_ptr<ByteSource> source_;
  std::shared_ptr<InflationMeter> meter_;  // one for both sides
  Side side_;
};

/// A path without "./" in front, in UTF-8: other bytes are taken for Latin-1.
std::string readable_path(std::string path) {
  while (path.starts_with("./")) path.erase(0, 2);
  if (is_utf8(path)) return path;
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) out += static_cast<char>(0xC0U | (byte >> 6U));
    out += byte < 0x80 ? c : static_cast<char>(0x80U | (byte & 0x3FU));
  }
  return out;
}

/// Why no file of this path may be taken from an archive; empty when it may. Windows writes
/// backslashes and drives.
std::string_view danger(std::string_view path) {
  if (path.empty()) return "has no name";
  for (const char c : path) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return "has a control character in its name";
  }
  const bool drive = path.size() > 1 && path[1] == ':';
  if (path[0] == '/' || path[0] == '\\' || drive) return "has an absolute path";
  for (std::size_t at = 0; at < path.size();) {
    const auto end = std::min(path.find_first_of("/\\", at), path.size());
    if (path.substr(at, end - at) == "..") return "leads out of the archive by '..'";
    at = end + 1;
  }
  return {};
}

/// What macOS puts beside the files for their attributes.
bool is_resource_file(std::string_view path) {
  const auto slash = path.rfind('/');
  const auto name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  return path.starts_with("__MACOSX/") || path.find("/__MACOSX/") != std::string_view::npos ||
         name.starts_with("._");
}

}  // namespace

ArchiveKind archive_of_name(std::string_view name) {
  auto kind = ArchiveKind::None;
  extension_length(name, kind);
  return kind;
}

std::string_view without_archive_extension(std::string_view name) {
  auto kind = ArchiveKind::None;
  name.remove_suffix(extension_length(name, kind));
  return name;
}

Result<void> InflationMeter::inflated(std::uint64_t bytes) {
  inflated_ += bytes;
  if (inflated_ > limits_.bytes) {
    return fail(ErrorCode::DataMismatch,
                "more than {} come out of it, the limit of `archive_limits.bytes`; raise it if that is right",
                human_bytes(limits_.bytes));
  }
  // Divided, as the product could be larger than any number.
  if (inflated_ > kUnjudgedBytes && inflated_ / limits_.ratio > stored_) {
    return fail(ErrorCode::DataMismatch,
                "{} bytes became {}, more than the factor {} of `archive_limits.ratio`; raise it if that is "
                "right",
                with_thousands(stored_), with_thousands(inflated_), limits_.ratio);
  }
  return {};
}

std::unique_ptr<ByteSource> count_inflated(std::unique_ptr<ByteSource> source,
                                           std::shared_ptr<InflationMeter> meter) {
  return std::make_unique<CountedSource>(std::move(source), std::move(meter), CountedSource::Side::Inflated);
}

/// An entry as a stream of its own.
class EntryBytes final : public ByteSource {
 public:
  explicit EntryBytes(Archive& archive) : archive_(archive) {}
  Result<std::size_t> read(char* to, std::size_t size) override { return archive_.read(to, size); }

 private:
  Archive& archive_;
};

Result<std::unique_ptr<Archive>> Archive::open(std::unique_ptr<ByteSource> stored, ArchiveKind kind,
                                               const ArchiveLimits& limits, const std::string& name) {
  std::unique_ptr<Archive> archive(new Archive(name, limits));
  archive->meter_ = std::make_shared<InflationMeter>(limits);
  auto counted =
      std::make_unique<CountedSource>(std::move(stored), archive->meter_, CountedSource::Side::Stored);
  if (kind == ArchiveKind::Zip) {
    archive->walk_ = make_zip_walk(std::move(counted), archive->meter_, name);
    return archive;
  }
  auto bytes = TRY(inflate(std::move(counted), Compression::Auto, name));
  archive->walk_ = make_tar_walk(count_inflated(std::move(bytes), archive->meter_), name);
  return archive;
}

Result<std::optional<std::string>> Archive::next() {
  while (true) {
    auto entry = walk_->next();
    if (!entry.ok()) {
      auto error = std::move(entry).error();
      return Failure(path_.empty()
                         ? std::move(error).within("reading " + name_)
                         : std::move(error).within(fmt::format("reading {} at or behind {}", name_, path_)));
    }
    if (!*entry) return std::optional<std::string>();
    if (auto path = TRY(accept(**std::move(entry)))) return path;
  }
}

/// The entry's path; nothing when it is to be passed over.
Result<std::optional<std::string>> Archive::accept(ArchiveWalk::Entry entry) {
  using Kind = ArchiveWalk::Kind;
  path_ = readable_path(std::move(entry.path));
  if (entry.kind == Kind::Folder && path_.empty()) return std::optional<std::string>();
  if (const auto why = danger(path_); !why.empty()) {
    return fail(ErrorCode::DataMismatch, "{}: the entry {} {}, so the archive is not read", name_,
                sql_literal(path_.substr(0, 200)), why);
  }
  if (entry.kind == Kind::Link || entry.kind == Kind::Other) {
    return fail(ErrorCode::DataMismatch, "{}: the entry {} is {}, so the archive is not read", name_, path_,
                entry.kind == Kind::Link ? "a link" : "neither a file nor a folder");
  }
  if (!seen_.insert(path_).second && entry.kind == Kind::File) {
    return fail(ErrorCode::DataMismatch, "{} holds two entries of the name {}", name_, path_);
  }
  if (seen_.size() > limits_.entries) {
    return fail(ErrorCode::DataMismatch,
                "{} holds more than {} entries, the limit of `archive_limits.entries`; raise it if that is "
                "right",
                name_, with_thousands(limits_.entries));
  }
  if (entry.kind == Kind::Folder || is_resource_file(path_)) return std::optional<std::string>();
  return std::optional<std::string>(path_);
}

Result<std::size_t> Archive::read(char* to, std::size_t size) {
  auto count = walk_->read(to, size);
  if (!count.ok())
    return Failure(std::move(count).error().within(fmt::format("reading {} of {}", path_, name_)));
  return count;
}

Result<std::unique_ptr<ByteSource>> Archive::entry() {
  // A packed entry is a stream in a stream and has limits of its own.
  auto meter = std::make_shared<InflationMeter>(limits_);
  auto stored = std::make_unique<CountedSource>(std::make_unique<EntryBytes>(*this), meter,
                                                CountedSource::Side::Stored);
  return count_inflated(TRY(inflate(std::move(stored), Compression::Auto, path_)), std::move(meter));
}

}  // namespace weir::formats

// SPDX-License-Identifier: Apache-2.0
// Reads any bytes as an archive of each kind, in pieces of a few bytes. What comes out has a safe
// name, and an archive that was read to its end gives the same again.
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "formats/archive.h"
#include "formats/testing_sources.h"

using namespace weir;

namespace {

void require(bool truth) {
  if (!truth) std::abort();
}

/// Names and contents of all files, until the end or an error.
std::string unpack(const std::string& bytes, formats::ArchiveKind kind, std::size_t piece) {
  formats::ArchiveLimits limits;
  limits.bytes = 1 << 20;
  auto archive =
      formats::Archive::open(std::make_unique<formats::PieceSource>(bytes, piece), kind, limits, "a");
  if (!archive.ok()) return "";
  std::string out;
  while (true) {
    const auto path = (*archive)->next();
    if (!path.ok()) return out + "?";
    if (!*path) return out;
    require(is_utf8(**path) && !(*path)->starts_with("/") && (*path)->find("../") == std::string::npos);
    out += **path + ":";
    auto entry = (*archive)->entry();
    char buffer[512];
    for (std::size_t count = 1; entry.ok() && count > 0;) {
      const auto got = (*entry)->read(buffer, sizeof buffer);
      count = got.ok() ? *got : 0;
      out.append(buffer, count);
      if (!got.ok()) out += "!";
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const auto kind : {formats::ArchiveKind::Tar, formats::ArchiveKind::Zip}) {
    require(unpack(text, kind, 7) == unpack(text, kind, 1000));
  }
  return 0;
}

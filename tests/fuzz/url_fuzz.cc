// SPDX-License-Identifier: Apache-2.0
// Splits any bytes as a URL: nothing may be read outside of them, and every part must stand in the
// input or in the scratch memory.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "transforms/url.h"

namespace {

bool inside(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string url(reinterpret_cast<const char*>(data), size);
  std::string scratch;
  const auto parts = weir::transforms::split_url(url, scratch);
  for (const auto part : {parts.scheme, parts.netloc, parts.path, parts.query}) {
    if (!inside(part, url) && !inside(part, scratch)) std::abort();
    if (part.find_first_of("\t\r\n") != part.npos) std::abort();
  }
  if (parts.scheme.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ:") != std::string_view::npos) std::abort();
  if (parts.netloc.find_first_of("/?#") != std::string_view::npos) std::abort();
  if (parts.path.find_first_of("?#") != std::string_view::npos) std::abort();
  return 0;
}

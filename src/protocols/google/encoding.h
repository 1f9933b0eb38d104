// SPDX-License-Identifier: Apache-2.0
// How Google's APIs write bytes and names: base64, URL parts, CRC-32C. Used by this folder and by the
// stand-ins of sandbox/. Pure functions; a Crc32c or Md5 belongs to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weir::google {

/// Base64 with padding, as checksums are written.
std::string base64(std::string_view bytes);
/// Nothing when the text is not base64 with padding.
std::optional<std::string> from_base64(std::string_view text);
/// Base64 of the URL alphabet without padding, as tokens are written.
std::string base64_url(std::string_view bytes);
std::optional<std::string> from_base64_url(std::string_view text);

/// Every byte but letters, digits and -._~ as %41: right in a path segment, where a slash of an
/// object's name must not part it, in a query and in a form.
std::string percent_encode(std::string_view text);

/// The CRC-32C (Castagnoli) of what was added so far.
class Crc32c {
 public:
  void add(std::string_view bytes);
  /// As object resources write it: four bytes, the highest first, in base64.
  std::string text() const;

 private:
  std::uint32_t state_ = 0xFFFFFFFFU;
};

std::string crc32c(std::string_view bytes);

/// The MD5 of what was added so far, which object resources carry as well.
class Md5 {
 public:
  Md5();
  void add(std::string_view bytes);
  /// In base64. Ends the sum.
  std::string text();

 private:
  struct Free {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Free> context_;
};

}  // namespace weir::google

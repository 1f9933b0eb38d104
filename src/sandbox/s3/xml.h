// SPDX-License-Identifier: Apache-2.0
// Writes the XML of answers. Used by the parts of S3Service. Belongs to one thread.
#pragma once

#include <string>
#include <string_view>

#include "sandbox/http/http.h"
#include "sandbox/s3/refusal.h"

namespace weir::sandbox::s3 {

class Xml {
 public:
  explicit Xml(std::string_view root);

  void text(std::string_view name, std::string_view value);
  void number(std::string_view name, std::uint64_t value) { text(name, std::to_string(value)); }
  void open(std::string_view name);
  void close(std::string_view name);
  /// The document, closed.
  Answer answer() &&;

 private:
  std::string root_;
  std::string text_;
};

/// "<?xml …?>" and a line's end, with which each document begins.
extern const std::string_view kXmlProlog;

/// The document that tells an error.
std::string error_text(const Refusal& refusal, const std::string& request_id);

}  // namespace weir::sandbox::s3

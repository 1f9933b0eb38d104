// SPDX-License-Identifier: Apache-2.0
// The bytes of a load's files, inflated as they are read, with their positions. Used by loads. One
// thread. Refuses by throwing Refusal.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/byte_source.h"
#include "sandbox/bigquery/job.h"

namespace weir::sandbox::bigquery {

struct Input {
  std::string uri;  ///< empty for an upload
  std::shared_ptr<const gcs::Blob> blob;
};

/// The files that a load names, or its upload; refuses URIs that no object fits.
std::vector<Input> inputs_of(Tools& tools, const Job& job);

class Feed {
 public:
  explicit Feed(const Input& input);

  /// Reads more behind ahead(); false at the end.
  bool fill();
  std::string_view ahead() const { return std::string_view(buffer_).substr(start_); }
  void consume(std::size_t count) {
    start_ += count;
    position_ += count;
  }
  /// Of the first byte ahead, in the inflated file.
  std::uint64_t position() const { return position_; }
  /// The next line without its end; nothing at the end. Valid until the next call.
  std::optional<std::string_view> line();

 private:
  std::string uri_;
  std::unique_ptr<formats::ByteSource> source_;
  std::string buffer_;
  std::size_t start_ = 0;
  std::uint64_t position_ = 0;
  bool has_ended_ = false;
};

}  // namespace weir::sandbox::bigquery

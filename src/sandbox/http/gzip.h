// SPDX-License-Identifier: Apache-2.0
// Gzip: packs an answer while it is made. Used by the answers of Looker and by archives. One thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace weir::sandbox {

class Gzip {
 public:
  Gzip();
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  enum class More { Comes, No };
  /// Appends what of the packed bytes is ready.
  void pack(std::string_view bytes, More more, std::string& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::sandbox

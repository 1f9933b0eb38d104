// SPDX-License-Identifier: Apache-2.0
// The fingerprint of all bytes of a run's inputs as they are stored (XXH3, 128 bits).
// Used by whoever reads inputs, one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace weir::formats {

class ContentHash {
 public:
  ContentHash();
  void update(std::string_view bytes);
  /// Marks the end of an input, so that moving bytes from one input to the next changes the hash.
  void end_input();
  /// 32 hexadecimal digits.
  std::string hex() const;

 private:
  struct Free {
    void operator()(void* state) const;
  };
  std::unique_ptr<void, Free> state_;
  std::uint64_t input_bytes_ = 0;
};

}  // namespace weir::formats

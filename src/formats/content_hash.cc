// SPDX-License-Identifier: Apache-2.0
#include "formats/content_hash.h"

#include <fmt/format.h>
#include <xxhash.h>
#ifdef __x86_64__
#include <xxh_x86dispatch.h>  // the same functions with the widest vectors that the processor has
#endif

namespace weir::formats {
namespace {
XXH3_state_t* raw(void* state) { return static_cast<XXH3_state_t*>(state); }
}  // namespace

void ContentHash::Free::operator()(void* state) const { XXH3_freeState(raw(state)); }

ContentHash::ContentHash() : state_(XXH3_createState()) { XXH3_128bits_reset(raw(state_.get())); }

void ContentHash::update(std::string_view bytes) {
  XXH3_128bits_update(raw(state_.get()), bytes.data(), bytes.size());
  input_bytes_ += bytes.size();
}

void ContentHash::end_input() {
  XXH3_128bits_update(raw(state_.get()), &input_bytes_, sizeof input_bytes_);
  input_bytes_ = 0;
}

std::string ContentHash::hex() const {
  const auto digest = XXH3_128bits_digest(raw(state_.get()));
  return fmt::format("{:016x}{:016x}", digest.high64, digest.low64);
}

}  // namespace weir::formats

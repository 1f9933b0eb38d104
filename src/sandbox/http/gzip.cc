// SPDX-License-Identifier: Apache-2.0
#include "sandbox/http/gzip.h"

#include <isa-l/igzip_lib.h>

#include <array>

namespace weir::sandbox {

struct Gzip::State {
  isal_zstream stream{};
  std::array<std::uint8_t, ISAL_DEF_LVL1_DEFAULT> work{};
};

Gzip::Gzip() : state_(std::make_unique<State>()) {
  isal_deflate_init(&state_->stream);
  state_->stream.level = 1;
  state_->stream.level_buf = state_->work.data();
  state_->stream.level_buf_size = static_cast<std::uint32_t>(state_->work.size());
  state_->stream.gzip_flag = IGZIP_GZIP;
}

Gzip::~Gzip() = default;

void Gzip::pack(std::string_view bytes, More more, std::string& out) {
  isal_zstream& stream = state_->stream;
  std::array<std::uint8_t, std::size_t{64} * 1024> room;
  // The library reads, but its pointer is not const.
  stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<std::uint32_t>(bytes.size());
  stream.end_of_stream = more == More::No ? 1 : 0;
  do {
    stream.next_out = room.data();
    stream.avail_out = static_cast<std::uint32_t>(room.size());
    isal_deflate(&stream);
    out.append(reinterpret_cast<const char*>(room.data()), room.size() - stream.avail_out);
  } while (stream.avail_out == 0);
}

}  // namespace weir::sandbox

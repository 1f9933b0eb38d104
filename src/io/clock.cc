// SPDX-License-Identifier: Apache-2.0
#include "io/clock.h"

namespace weir::io {

Timestamp SystemClock::now() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

}  // namespace weir::io

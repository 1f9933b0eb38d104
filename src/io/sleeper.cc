// SPDX-License-Identifier: Apache-2.0
#include "io/sleeper.h"

#include <thread>

namespace weir::io {

void SystemSleeper::sleep(std::chrono::milliseconds wait) { std::this_thread::sleep_for(wait); }

}  // namespace weir::io

// SPDX-License-Identifier: Apache-2.0
// What a pipeline says about its tables in MySQL or MariaDB. The connection's options are
// protocols/mysql/options.h. Values.
#pragma once

#include <chrono>

#include "config/spec.h"

namespace weir::mysql {

struct DestinationOptions {
  config::Duration lock_timeout{std::chrono::minutes(5)};
};

const config::Spec<DestinationOptions>& destination_spec();

}  // namespace weir::mysql

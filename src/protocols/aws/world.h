// SPDX-License-Identifier: Apache-2.0
// What this folder uses of the world. All of it must outlive what is made with it.
#pragma once

#include "io/clock.h"
#include "io/environment.h"
#include "io/http_client.h"
#include "io/sleeper.h"

namespace weir::aws {

struct World {
  const io::Environment& environment;
  const io::Clock& clock;
  io::Sleeper& sleeper;
  io::HttpClient& http;
};

}  // namespace weir::aws

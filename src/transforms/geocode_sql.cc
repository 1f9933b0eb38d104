// SPDX-License-Identifier: Apache-2.0
#include "transforms/compilation.h"

namespace weir::transforms {

Result<void> add_step(Compilation& compilation, const Geocode&) {
  compilation.problem("geocoding is not built in");
  return {};
}

}  // namespace weir::transforms

// SPDX-License-Identifier: Apache-2.0
#include "connectors/sdk/source.h"

namespace weir::sdk {

Result<std::vector<Offer>> Source::offers() {
  return fail(ErrorCode::Unsupported,
              "this source has no objects to be loaded one by one; `every: object` needs a source of files "
              "or objects");
}

}  // namespace weir::sdk

// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/destination_options.h"

namespace weir::mysql {

const config::Spec<DestinationOptions>& destination_spec() {
  static const auto spec =
      config::Spec<DestinationOptions>("mysql", "Tables of the connection's database, in InnoDB.")
          .field("lock_timeout", &DestinationOptions::lock_timeout,
                 "How long to wait for another load, or for another session that holds rows or a table.")
          .example("1 min");
  return spec;
}

}  // namespace weir::mysql

// SPDX-License-Identifier: Apache-2.0
#include "tests/support/looker_database.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace weir::support {

LookerDatabase::LookerDatabase(int history_rows) {
  std::ostringstream script;
  script << std::ifstream(WEIR_SOURCE_DIR "/tests/servers/mariadb/looker.sql").rdbuf();
  const auto told = database_.sql(fmt::format("SET @rows = {};\n{}", history_rows, script.str()));
  if (!told.empty()) throw std::runtime_error("the Looker database cannot be made: " + told);
}

}  // namespace weir::support

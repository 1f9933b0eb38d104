// SPDX-License-Identifier: Apache-2.0
#include "connectors/sdk/load_request.h"

#include <gtest/gtest.h>

namespace weir::sdk {
namespace {

LoadRequest request(const std::string& table, const std::string& column) {
  return {"1", "p", {"all", std::nullopt}, {{.table = table, .schema = {{{column, model::Type::Integer}}}}}};
}

// Databases that do not tell capitals from small letters would take them for weir's own.
TEST(CheckRequest, keeps_the_names_of_weir_in_whatever_case) {
  const DestinationCapabilities capabilities{.write_modes = {model::WriteMode::Append}};
  EXPECT_TRUE(check_request(request("t", "weir_load"), capabilities).ok());
  for (const std::string name : {"_weir_load", "_WEIR_LOAD", "_Weir_row"}) {
    EXPECT_FALSE(check_request(request("t", name), capabilities).ok()) << name;
    EXPECT_FALSE(check_request(request(name, "id"), capabilities).ok()) << name;
  }
}

}  // namespace
}  // namespace weir::sdk

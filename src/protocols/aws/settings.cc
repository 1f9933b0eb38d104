// SPDX-License-Identifier: Apache-2.0
#include "protocols/aws/settings.h"

#include "base/text.h"

namespace weir::aws {

std::optional<std::string> variable(const io::Environment& environment, const std::string& name) {
  auto value = environment.get(name);
  if (value && value->empty()) return std::nullopt;
  return value;
}

std::string find_region(const io::Environment& environment, const Profile& profile) {
  if (auto region = variable(environment, "AWS_REGION")) return *region;
  if (auto region = variable(environment, "AWS_DEFAULT_REGION")) return *region;
  return value_of(profile, "region");
}

std::string find_endpoint(const io::Environment& environment, const Profile& profile,
                          const std::string& service) {
  if (lower(environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").value_or("")) == "true") return "";
  if (auto url = variable(environment, "AWS_ENDPOINT_URL_" + service)) return *url;
  if (auto url = variable(environment, "AWS_ENDPOINT_URL")) return *url;
  return value_of(profile, "endpoint_url");
}

std::string domain_of(const std::string& region) {
  return region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

}  // namespace weir::aws

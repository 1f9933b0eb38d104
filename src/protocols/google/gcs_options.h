// SPDX-License-Identifier: Apache-2.0
// The options of a bucket of Google Cloud Storage, as a connection of weir.yaml gives them, and how
// they become an object store. Used by the connector that reads and writes objects. Values.
#pragma once

#include <memory>
#include <string>

#include "config/spec.h"
#include "io/environment.h"
#include "io/object_store.h"
#include "protocols/google/exchange.h"

namespace weir::google {

enum class GcsAccess { Account, Anonymous };

struct GcsOptions {
  std::string bucket{};
  config::SecretReference credentials{};
  GcsAccess access = GcsAccess::Account;
  std::string endpoint{};
  std::string user_project{};
  config::ByteSize part_size = {16U << 20U};
  config::Duration timeout = {std::chrono::minutes(5)};
};

const config::Spec<GcsOptions>& gcs_spec();

/// The bucket of these options. Reads the credentials but sends nothing. The world must outlive it.
Result<std::unique_ptr<io::ObjectStore>> open_bucket(const GcsOptions& options,
                                                     const io::Environment& environment, const World& world,
                                                     config::Diagnostics& diagnostics);

}  // namespace weir::google

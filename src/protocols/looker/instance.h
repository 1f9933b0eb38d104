// SPDX-License-Identifier: Apache-2.0
// A Looker instance: its address and the credentials for its API. Made of the connection's options, the
// variables of Looker's own clients and looker.ini. Used by the connector. Values.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "config/spec.h"
#include "io/environment.h"
#include "io/http_client.h"

namespace weir::looker {

struct LookerOptions {
  std::string base_url;
  std::string client_id;
  config::SecretReference client_secret;
  std::string ini;
  std::string ini_section;
  std::optional<bool> verify_ssl;
  std::optional<config::Duration> timeout;
  std::optional<std::size_t> concurrency;
};

const config::Spec<LookerOptions>& looker_spec();

struct Instance {
  std::string base_url;  ///< "https://looker.example.com:19999"
  std::string client_id;
  Secret client_secret;
  io::CertificateCheck certificate = io::CertificateCheck::Required;
  /// The longest time in which nothing may come. The whole answer may take longer.
  std::chrono::seconds timeout = std::chrono::seconds(120);

  std::string host() const { return io::host_of(base_url); }
};

/// The address without what people paste behind it: slashes and /api/4.0. InvalidConfig when it is none, or
/// has no https although the host is another machine. A port is never added.
Result<std::string> normal_base_url(std::string_view text);

/// What is said where, strongest first: the connection, LOOKERSDK_* variables, looker.ini in `folder` or the
/// file that is named. All that is missing is named in one error; what a person should know goes to
/// `diagnostics`.
Result<Instance> find_instance(const LookerOptions& options, const io::Environment& environment,
                               const std::string& folder, config::Diagnostics& diagnostics);

}  // namespace weir::looker

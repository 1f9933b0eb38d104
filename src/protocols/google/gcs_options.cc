// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/gcs_options.h"

#include "protocols/google/gcs_object_store.h"

namespace weir::google {
namespace {

constexpr std::string_view kEndpoint = "https://storage.googleapis.com";

/// Parts of an upload are multiples of this (resumable uploads of the JSON API).
constexpr std::uint64_t kGrain = 256U << 10U;
constexpr std::uint64_t kLargestPart = 64U << 20U;

/// STORAGE_EMULATOR_HOST is what Google's own clients look at.
std::string endpoint_of(const GcsOptions& options, const std::optional<std::string>& emulator) {
  std::string endpoint = options.endpoint;
  if (endpoint.empty()) endpoint = emulator.value_or(std::string(kEndpoint));
  if (endpoint.find("://") == std::string::npos) endpoint = "http://" + endpoint;
  while (endpoint.back() == '/') endpoint.pop_back();
  return endpoint;
}

void check_part_size(const GcsOptions& options, const config::Node& node, config::Diagnostics& diagnostics) {
  const std::uint64_t bytes = options.part_size.bytes;
  if (bytes >= kGrain && bytes <= kLargestPart && bytes % kGrain == 0) return;
  const config::Node* at = node.find("part_size");
  diagnostics.error(at != nullptr ? at->at() : node.at(),
                    fmt::format("part_size is {}: it must be a multiple of 256 KiB, at most 64 MiB",
                                config::to_string(options.part_size)));
}

Result<Credentials> credentials_of(const GcsOptions& options, const io::Environment& environment,
                                   config::Diagnostics& diagnostics) {
  if (options.access == GcsAccess::Anonymous) return Anonymous{};
  if (!options.credentials.empty()) {
    const Secret json = TRY(config::resolve(options.credentials, environment, diagnostics));
    return parse_credentials(json.reveal(), options.credentials.to_string());
  }
  // As Google's clients do: a stand-in that was named like this wants no token.
  if (options.endpoint.empty() && environment.get("STORAGE_EMULATOR_HOST")) return Anonymous{};
  return find_credentials(environment);
}

}  // namespace

const config::Spec<GcsOptions>& gcs_spec() {
  static const auto spec =
      config::Spec<GcsOptions>("gcs", "A bucket of Google Cloud Storage.")
          .field("bucket", &GcsOptions::bucket, "Name of the bucket.")
          .required()
          .example("usage-exports")
          .field("credentials", &GcsOptions::credentials,
                 "JSON key of a service account or login of gcloud. Left out: "
                 "GOOGLE_APPLICATION_CREDENTIALS, the login of gcloud, the account of the machine.")
          .example("file:/run/secrets/gcs.json")
          .choice("access", &GcsOptions::access,
                  {{"account", GcsAccess::Account}, {"anonymous", GcsAccess::Anonymous}},
                  "Whether requests carry the account's token; a public bucket needs none.")
          .field("endpoint", &GcsOptions::endpoint,
                 "Address of the API, when it is not https://storage.googleapis.com; "
                 "STORAGE_EMULATOR_HOST is used when it is set.")
          .example("http://127.0.0.1:8086")
          .field("user_project", &GcsOptions::user_project,
                 "Project that pays for the requests, for a bucket whose requester pays.")
          .example("analytics-prod")
          .field("part_size", &GcsOptions::part_size,
                 "Bytes of an object that are kept in memory and sent at a time; a multiple of 256 KiB.")
          .field("timeout", &GcsOptions::timeout, "Longest time that one request may take.")
          .check(check_part_size);
  return spec;
}

Result<std::unique_ptr<io::ObjectStore>> open_bucket(const GcsOptions& options,
                                                     const io::Environment& environment, const World& world,
                                                     config::Diagnostics& diagnostics) {
  Credentials credentials = TRY(credentials_of(options, environment, diagnostics));
  GcsBucket bucket{options.bucket, endpoint_of(options, environment.get("STORAGE_EMULATOR_HOST")),
                   options.user_project, options.part_size.bytes, options.timeout.value};
  return std::unique_ptr<io::ObjectStore>(
      std::make_unique<GcsObjectStore>(std::move(bucket), std::move(credentials), world));
}

}  // namespace weir::google

// SPDX-License-Identifier: Apache-2.0
// What the configuration says about one S3 bucket. The connectors s3 and redshift derive their
// options from it and describe them with add_s3_fields(). Values.
#pragma once

#include <optional>
#include <string>

#include "config/spec.h"

namespace weir::aws {

enum class Addressing { Automatic, Path, VirtualHosted };
enum class Encryption { BucketDefault, Aes256, Kms };

struct S3Options {
  std::string bucket{};
  std::optional<std::string> region{};
  std::optional<std::string> endpoint{};
  Addressing addressing = Addressing::Automatic;
  std::optional<std::string> profile{};
  config::SecretReference access_key_id{};
  config::SecretReference secret_access_key{};
  config::SecretReference session_token{};
  std::optional<std::string> role{};
  std::optional<std::string> external_id{};
  Encryption server_side_encryption = Encryption::BucketDefault;
  std::optional<std::string> kms_key{};
  std::optional<std::string> storage_class{};
  std::optional<config::Duration> stall_timeout{};
};

/// Adds the fields of S3Options to the spec of a struct that derives from it.
template <typename Options>
void add_s3_fields(config::Spec<Options>& spec) {
  spec.field("bucket", &Options::bucket, "Name of the bucket.").required().example("acme-usage");
  spec.field(
          "region", &Options::region,
          "Region of the bucket. Without it: `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile, the instance; "
          "a wrong one is corrected by what the bucket answers.")
      .example("ca-central-1");
  spec.field("endpoint", &Options::endpoint,
             "Address of a store that speaks S3 and is not Amazon's. Without it: `AWS_ENDPOINT_URL_S3`, "
             "`AWS_ENDPOINT_URL`, the profile, Amazon.")
      .example("https://objects.example.org");
  spec.choice(
      "addressing", &Options::addressing,
      {{"auto", Addressing::Automatic}, {"path", Addressing::Path}, {"virtual", Addressing::VirtualHosted}},
      "Where the bucket's name stands in addresses: `path` puts it into the path, `virtual` before the "
      "host. `auto` takes the path for a custom endpoint and for names that no host can have.");
  spec.field("profile", &Options::profile,
             "Profile of `~/.aws/config` and `~/.aws/credentials`. When it is given, the environment's "
             "credentials are not used.")
      .example("warehouse");
  spec.field("access_key_id", &Options::access_key_id,
             "Access key. Without it the usual places are searched.")
      .example("${env:DROP_KEY_ID}");
  spec.field("secret_access_key", &Options::secret_access_key, "Secret that belongs to the access key.")
      .example("${env:DROP_SECRET}");
  spec.field("session_token", &Options::session_token, "Session token of temporary credentials.")
      .example("${env:DROP_TOKEN}");
  spec.field("role", &Options::role, "ARN of a role to take on with these credentials.")
      .example("arn:aws:iam::123456789012:role/Loader");
  spec.field("external_id", &Options::external_id, "External id that the role's trust policy asks for.");
  spec.choice("server_side_encryption", &Options::server_side_encryption,
              {{"bucket_default", Encryption::BucketDefault},
               {"aes256", Encryption::Aes256},
               {"kms", Encryption::Kms}},
              "How objects that are written are encrypted by the store.");
  spec.field("kms_key", &Options::kms_key, "Key for the encryption `kms`; without it the account's own.");
  spec.field("storage_class", &Options::storage_class, "Storage class of objects that are written.")
      .example("STANDARD_IA");
  spec.field("stall_timeout", &Options::stall_timeout,
             "How long an exchange may stand still before it is made again; at least 1 s. Without it: 30 s.")
      .example("10 s");
}

const config::Spec<S3Options>& s3_spec();

}  // namespace weir::aws

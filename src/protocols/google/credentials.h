// SPDX-License-Identifier: Apache-2.0
// Who weir is towards Google: the key of a service account, a person's login, the machine's own
// account, or nobody. Used by access_tokens.h and by whoever opens a bucket or a data set. Values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "base/secret.h"
#include "io/environment.h"

namespace weir::google {

/// A key file of type "service_account".
struct ServiceAccount {
  std::string email;
  std::string key_id;
  Secret private_key;  ///< PEM
  std::string token_uri;
  std::string project;
};

/// What `gcloud auth application-default login` leaves behind: type "authorized_user".
struct AuthorizedUser {
  std::string client_id;
  Secret client_secret;
  Secret refresh_token;
  std::string token_uri;
  std::string quota_project;
};

/// The account of the virtual machine or container, which its metadata server vouches for.
struct MachineAccount {
  std::string host;
};

/// No token is sent: public objects, and stand-ins.
struct Anonymous {};

using Credentials = std::variant<ServiceAccount, AuthorizedUser, MachineAccount, Anonymous>;

/// Reads the JSON of a key or login. `origin` says in messages where it came from.
Result<Credentials> parse_credentials(std::string_view json, std::string_view origin);

/// Application Default Credentials: GOOGLE_APPLICATION_CREDENTIALS, then the login of gcloud, then
/// the machine's account. Only files are looked at; nothing is sent.
Result<Credentials> find_credentials(const io::Environment& environment);

/// The project that the credentials name, or GOOGLE_CLOUD_PROJECT; empty when nobody does.
std::string project_of(const Credentials& credentials, const io::Environment& environment);

/// "the service account etl@proj.iam.gserviceaccount.com", for messages.
std::string describe(const Credentials& credentials);

}  // namespace weir::google

// SPDX-License-Identifier: Apache-2.0
// Reads the credentials in the answers of the services that hand them out. Used by the credential
// sources. Pure functions; no message shows the text of an answer.
#pragma once

#include <string_view>

#include "protocols/aws/signer.h"

namespace weir::aws {

/// {"AccessKeyId", "SecretAccessKey", "SessionToken" or "Token", "Expiration"}.
Result<Credentials> read_credentials_json(std::string_view text);
/// The <Credentials> of the token service's answer.
Result<Credentials> read_credentials_xml(std::string_view text);

}  // namespace weir::aws

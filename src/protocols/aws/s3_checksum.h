// SPDX-License-Identifier: Apache-2.0
// The checksums that S3 keeps with objects and sends along when it is asked to. Used by S3ObjectStore.
// Pure functions.
#pragma once

#include <string_view>

#include "io/http_client.h"

namespace weir::aws {

/// The header that asks for them.
io::HttpHeader checksum_request();

/// Whether the body of an answer to GET is what S3 has stored. Only a whole object can be judged, and
/// only when the answer tells a checksum of all of its bytes; everything else passes.
bool is_undamaged(const io::HttpResponse& response);

}  // namespace weir::aws

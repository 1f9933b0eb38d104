// SPDX-License-Identifier: Apache-2.0
// The bytes of a ranged download, checked. Used by gcs_object_store.cc. Pure.
#pragma once

#include <string>

#include "base/result.h"
#include "io/http_client.h"
#include "io/object_store.h"

namespace weir::google {

/// The bytes of the range that the answer (200, 206 or 416) brings. Unavailable when they are fewer
/// than announced or, where the whole object came, do not have its checksum.
Result<std::string> bytes_of_range(io::HttpResponse answer, io::ByteRange range);

}  // namespace weir::google

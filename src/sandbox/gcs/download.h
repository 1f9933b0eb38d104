// SPDX-License-Identifier: Apache-2.0
// The bytes of an object or of a range of it, with the headers that Google sends. Used by
// GcsService. Pure.
#pragma once

#include "sandbox/gcs/store.h"

namespace weir::sandbox::gcs {

Answer download(const Object& object, const Request& request);

}  // namespace weir::sandbox::gcs

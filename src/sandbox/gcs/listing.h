// SPDX-License-Identifier: Apache-2.0
// One page of a bucket's listing, with prefixes, offsets and page tokens. Used by GcsService. Pure
// but for the store that it walks through.
#pragma once

#include "sandbox/gcs/store.h"

namespace weir::sandbox::gcs {

/// The answer to GET /b/{bucket}/o.
Json list_objects(const Store& store, const std::string& bucket, const Parameters& query);

}  // namespace weir::sandbox::gcs

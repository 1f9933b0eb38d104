// SPDX-License-Identifier: Apache-2.0
// Zip archives from front to back, without seeking: the entries as they come, and at the end the
// directory, which must tell of the same ones. Used by archive.cc. One thread at a time.
#pragma once

#include <memory>
#include <string>

#include "formats/archive.h"

namespace weir::formats {

/// `stored` is the archive, `name` appears in errors, `meter` counts what is inflated.
std::unique_ptr<ArchiveWalk> make_zip_walk(std::unique_ptr<ByteSource> stored,
                                           std::shared_ptr<InflationMeter> meter, const std::string& name);

}  // namespace weir::formats

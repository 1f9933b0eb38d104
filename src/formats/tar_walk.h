// SPDX-License-Identifier: Apache-2.0
// Tar archives, entry by entry: the old form, ustar, GNU's long names and pax headers. Used by
// archive.cc. One thread at a time.
#pragma once

#include <memory>
#include <string>

#include "formats/archive.h"

namespace weir::formats {

/// `bytes` are those of the archive, inflated; `name` appears in errors.
std::unique_ptr<ArchiveWalk> make_tar_walk(std::unique_ptr<ByteSource> bytes, const std::string& name);

}  // namespace weir::formats

// SPDX-License-Identifier: Apache-2.0
// An archive as a CMS drops it into a bucket every night: four CSV files in a tgz, with invented people
// and with cells that are hard to read. Used by S3Service. Pure.
#pragma once

#include <string>

#include "base/time.h"

namespace weir::sandbox::s3 {

/// "client/cmslite_gdx/cms-analytics-csv.20240514.tgz", of the night before.
std::string cms_archive_key(Timestamp now);
/// The same bytes for the same day.
std::string cms_archive(Timestamp now);

}  // namespace weir::sandbox::s3

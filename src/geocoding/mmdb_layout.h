// SPDX-License-Identifier: Apache-2.0
// Turns one entry of an MMDB file into a GeoRecord. Used by mmdb_source.cc only, so that
// maxminddb.h stays out of other headers. Pure.
#pragma once

#include <maxminddb.h>

#include <string_view>

#include "base/result.h"
#include "geocoding/geo_record.h"

namespace weir::geocoding {

/// How a file's entries are built.
enum class MmdbLayout {
  Nested,  ///< MaxMind's and DB-IP's: country.iso_code, city.names.en
  Flat,    ///< ipinfo's and others: country, city, loc as plain texts
  Unknown  ///< decided for each entry by what `country` is
};

MmdbLayout layout_of(std::string_view database_type);

/// Fails with DataMismatch when the file is damaged at this entry. A missing field is no failure.
Result<GeoRecord> read_entry(MMDB_entry_s entry, MmdbLayout layout);

}  // namespace weir::geocoding

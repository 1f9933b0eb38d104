// SPDX-License-Identifier: Apache-2.0
// The configuration as such jobs had it. Used by the tests of this folder.
#pragma once

#include <string>
#include <string_view>

namespace weir::migrate {

inline constexpr std::string_view kOriginal = R"({
	"bucket": "example-bucket",
	"source": "client",
	"destination": "processed",
	"directory": "cmslite_gdx",
	"doc": "cms-analytics-csv.*",
	"schema": "cmslite",
	"truncate": true,
	"delim": "|",
	"files": {
		"analytics_user_group": {
			"dbtable": "user_group",
			"column_count": 7,
			"columns": ["id", "user_id", "email", "group_id", "group_name", "site_key", "is_group_mgr"]
		},
		"analytics_user_activity": {
			"dbtable": "user_activity",
			"column_count": 5,
			"columns": ["user_id", "user_idir", "activity_type", "memo", "activity_date"],
			"dateformat": [{"field": "activity_date", "format": "%Y-%m-%d %H:%M:%S.%f"}]
		}
	}
}
)";

/// The configuration with one piece of its text changed.
inline std::string original_with(std::string_view piece, std::string_view instead) {
  std::string text(kOriginal);
  return text.replace(text.find(piece), piece.size(), instead);
}

}  // namespace weir::migrate

// SPDX-License-Identifier: Apache-2.0
// Values on their three ways: as loads bring them, as storage keeps them, as the API shows them.
// Between storage and this folder every single value is a text ("canonical"), nested ones are JSON
// with such texts. Used by loads, extracts, rows and parameters. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sandbox/bigquery/schema.h"

namespace weir::sandbox::bigquery {

/// The canonical text of a single value that a file or a parameter spells; nothing when it is none of
/// the kind. Bytes are base64 on both sides.
std::optional<std::string> canonical(Kind kind, std::string_view text);

/// SQL that makes a stored value of an expression with canonical text, or with JSON for nested ones.
std::string restore_sql(const Field& field, const std::string& expression);
/// The reverse: SQL that makes text of a stored value.
std::string show_sql(const Field& field, const std::string& expression);
/// SQL for a value in the shape of a column that gained fields or lost strictness.
std::string widen_sql(const Field& from, const Field& to, const std::string& expression);
/// SQL for the bytes that BigQuery would say a value takes.
std::string size_sql(const Field& field, const std::string& expression);

/// How timestamps are shown in rows.
enum class TimestampOutput { FloatSeconds, Micros, Iso };

/// What read back text holds: a text for a single value, JSON for a nested one, null.
Json shown_value(const Field& field, const std::optional<std::string>& cell);
/// A shown value as rows carry it: {"v": …} without the frame.
Json wire_value(const Field& field, const Json& value, TimestampOutput output);
/// {"v": value}.
Json framed(Json value);
/// A shown value as newline-delimited JSON exports carry it; null members are left out.
Json export_value(const Field& field, const Json& value);
/// A shown single value as CSV exports carry it.
std::string export_text(Kind kind, const std::string& text);

}  // namespace weir::sandbox::bigquery

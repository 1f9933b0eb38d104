// SPDX-License-Identifier: Apache-2.0
// The verbs of a pipeline's `transforms:` and `checks:` lists with their options. Read from
// configuration by read_transforms() and read_checks() (reading.h), compiled by compile()
// (program.h). Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "config/diagnostics.h"
#include "config/secret_reference.h"
#include "geocoding/geocode_options.h"
#include "model/schema.h"

namespace weir::transforms {

/// Keeps the columns of the list, in its order.
struct Select {
  std::vector<std::string> columns = {};
};

/// Leaves columns out. An absent column is an error unless `if_present`.
struct Drop {
  std::vector<std::string> columns = {};
  bool if_present = false;
};

/// Renames columns: old name, new name.
struct Rename {
  std::vector<std::pair<std::string, std::string>> columns = {};
};

/// Gives every column its snake_case name (base/text.h has the rule).
struct SnakeCase {
  std::string scope = "columns";
};

/// What to do with a value that does not have the wanted form.
enum class OnError { Quarantine, Null };

struct CastColumn {
  std::string column = {};
  std::string type = {};  ///< a name of model::type_names()
  std::string format =
      {};  ///< strptime pattern, epoch_s, epoch_ms, epoch_us or duration; empty: the usual form
  std::string timezone = {};  ///< zone of times that name none; empty: UTC
  OnError on_error = OnError::Quarantine;
};

/// Changes the types of columns.
struct Cast {
  std::vector<CastColumn> columns = {};
};

/// Makes the fields of a JSON object columns of their own.
struct Unpack {
  std::string column = {};
  /// Name and type name of each field. Empty: taken from a sample of the input.
  std::vector<std::pair<std::string, std::string>> fields = {};
  std::string prefix = {};  ///< stands before each new column's name
  bool keep = true;         ///< whether the object itself stays
};

/// Splits a URL into `<prefix>_scheme`, `_netloc`, `_path` and `_query`.
struct ParseUrl {
  std::string column = {};
  std::string prefix = {};  ///< empty: the column's name
};

/// Keeps rows: by an SQL condition, or by literal rules over one column.
struct Filter {
  std::string condition = {};
  std::string column = {};
  std::vector<std::string> equals = {};
  std::vector<std::string> starts_with = {};
  std::vector<std::string> contains = {};
  std::vector<std::string> ends_with = {};
  bool invert = false;  ///< keep the others
};

enum class Keep { First, Last };

/// Keeps one row of each key.
struct Deduplicate {
  std::vector<std::string> key = {};
  std::vector<std::string> order = {};  ///< "column" or "column desc"; empty: the input's order
  Keep keep = Keep::First;
};

enum class MaskMethod { Hmac, Redact, TruncateAddress, KeepDomain };

/// Hides personal values.
struct Mask {
  std::string column = {};
  MaskMethod method = MaskMethod::Redact;
  config::SecretReference key = {};  ///< of hmac
  std::int64_t ipv4_bits = 24;       ///< of truncate_address: leading bits that stay
  std::int64_t ipv6_bits = 48;
  std::string text = "[redacted]";  ///< of redact
};

/// Adds where an address is.
struct Geocode {
  geocoding::GeocodeOptions options = {};
};

/// Any SELECT over the rows so far.
struct Sql {
  std::string query = {};
  std::string file = {};  ///< where the query stands when it is not inline
};

/// Adds columns computed by SQL expressions: name, expression.
struct Add {
  std::vector<std::pair<std::string, std::string>> columns = {};
};

using Verb = std::variant<Select, Drop, Rename, SnakeCase, Cast, Unpack, ParseUrl, Filter, Deduplicate, Mask,
                          Geocode, Sql, Add>;

struct Transform {
  Verb verb;
  config::Position at = {};  ///< where it stands, for messages
};

/// Refuses rows that have no value in one of the columns.
struct NotNull {
  std::vector<std::string> columns = {};
};

/// Refuses rows whose column holds something else than one of the values. Null passes.
struct AcceptedValues {
  std::vector<std::pair<std::string, std::vector<std::string>>> columns = {};
};

/// Refuses rows for which an SQL condition is false: name, condition. Null passes.
struct Expression {
  std::vector<std::pair<std::string, std::string>> conditions = {};
};

struct Check {
  std::variant<NotNull, AcceptedValues, Expression> rule;
  config::Position at = {};
};

/// The verb as it is written in configuration: "parse_url".
std::string_view name(const Verb& verb);
std::string_view name(const Check& check);

}  // namespace weir::transforms

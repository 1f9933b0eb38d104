// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/sql_functions.h"

#include <map>

#include "base/text.h"

namespace weir::sandbox::bigquery {
namespace {

/// $1 is an argument, $* all of them, #2 the bare word of one as a literal in lower case. Names end
/// with the number of arguments, or with none when any number will do.
const std::map<std::string, const char*>& templates() {
  static const std::map<std::string, const char*> rows = {
      // aggregates
      {"COUNT", "count($*)"},
      {"SUM", "sum($*)"},
      {"MIN", "min($*)"},
      {"MAX", "max($*)"},
      {"AVG", "avg($*)"},
      {"ANY_VALUE", "any_value($*)"},
      {"COUNTIF", "count_if($*)"},
      {"ARRAY_AGG", "list($*)"},
      {"STRING_AGG", "string_agg($*)"},
      {"LOGICAL_AND", "bool_and($*)"},
      {"LOGICAL_OR", "bool_or($*)"},
      {"APPROX_COUNT_DISTINCT", "approx_count_distinct($*)"},
      {"MAX_BY/2", "arg_max($1, $2)"},
      {"MIN_BY/2", "arg_min($1, $2)"},
      {"STDDEV/1", "stddev($1)"},
      {"VARIANCE/1", "variance($1)"},
      // of windows
      {"ROW_NUMBER/0", "row_number()"},
      {"RANK/0", "rank()"},
      {"DENSE_RANK/0", "dense_rank()"},
      {"PERCENT_RANK/0", "percent_rank()"},
      {"NTILE/1", "ntile($1)"},
      {"LAG", "lag($*)"},
      {"LEAD", "lead($*)"},
      {"FIRST_VALUE", "first_value($*)"},
      {"LAST_VALUE", "last_value($*)"},
      {"NTH_VALUE/2", "nth_value($1, $2)"},
      // conditions
      {"IF/3", "CASE WHEN $1 THEN $2 ELSE $3 END"},
      {"COALESCE", "coalesce($*)"},
      {"IFNULL/2", "coalesce($1, $2)"},
      {"NULLIF/2", "nullif($1, $2)"},
      {"ERROR/1", "error($1)"},
      // text
      {"LOWER/1", "lower($1)"},
      {"UPPER/1", "upper($1)"},
      {"LENGTH/1", "length($1)"},
      {"CHAR_LENGTH/1", "length($1)"},
      {"BYTE_LENGTH/1", "octet_length(encode($1))"},
      {"TRIM", "trim($*)"},
      {"LTRIM", "ltrim($*)"},
      {"RTRIM", "rtrim($*)"},
      {"SUBSTR/2", "substr($1, $2)"},
      {"SUBSTR/3", "substr($1, $2, $3)"},
      {"SUBSTRING/2", "substr($1, $2)"},
      {"SUBSTRING/3", "substr($1, $2, $3)"},
      {"LEFT/2", "left($1, $2)"},
      {"RIGHT/2", "right($1, $2)"},
      {"REPLACE/3", "replace($1, $2, $3)"},
      {"STARTS_WITH/2", "starts_with($1, $2)"},
      {"ENDS_WITH/2", "suffix($1, $2)"},
      {"STRPOS/2", "strpos($1, $2)"},
      {"INSTR/2", "strpos($1, $2)"},
      {"SPLIT/1", "string_split($1, ',')"},
      {"SPLIT/2", "string_split($1, $2)"},
      {"REVERSE/1", "reverse($1)"},
      {"REPEAT/2", "repeat($1, $2)"},
      {"LPAD/2", "lpad($1, CAST($2 AS INTEGER), ' ')"},
      {"LPAD/3", "lpad($1, CAST($2 AS INTEGER), $3)"},
      {"RPAD/2", "rpad($1, CAST($2 AS INTEGER), ' ')"},
      {"RPAD/3", "rpad($1, CAST($2 AS INTEGER), $3)"},
      {"REGEXP_CONTAINS/2", "regexp_matches($1, $2)"},
      {"REGEXP_REPLACE/3", "regexp_replace($1, $2, $3, 'g')"},
      {"TO_HEX/1", "lower(hex($1))"},
      {"FROM_HEX/1", "unhex($1)"},
      {"TO_BASE64/1", "to_base64($1)"},
      {"FROM_BASE64/1", "from_base64($1)"},
      {"MD5/1", "unhex(md5($1))"},
      {"SHA256/1", "unhex(sha256($1))"},
      {"GENERATE_UUID/0", "CAST(uuid() AS VARCHAR)"},
      {"SESSION_USER/0", "'weir@sandbox.iam.gserviceaccount.com'"},
      // numbers
      {"ABS/1", "abs($1)"},
      {"ROUND", "round($*)"},
      {"FLOOR/1", "floor($1)"},
      {"CEIL/1", "ceil($1)"},
      {"CEILING/1", "ceil($1)"},
      {"TRUNC/1", "trunc($1)"},
      {"MOD/2", "($1 % $2)"},
      {"DIV/2", "($1 // $2)"},
      {"SIGN/1", "sign($1)"},
      {"SQRT/1", "sqrt($1)"},
      {"POW/2", "pow($1, $2)"},
      {"POWER/2", "pow($1, $2)"},
      {"EXP/1", "exp($1)"},
      {"LN/1", "ln($1)"},
      {"LOG/1", "ln($1)"},
      {"LOG10/1", "log10($1)"},
      {"RAND/0", "random()"},
      {"IS_NAN/1", "isnan($1)"},
      {"IS_INF/1", "isinf($1)"},
      {"SAFE_DIVIDE/2", "CASE WHEN $2 = 0 THEN NULL ELSE CAST($1 AS DOUBLE) / $2 END"},
      // times
      {"TIMESTAMP/1", "CAST($1 AS TIMESTAMP WITH TIME ZONE)"},
      {"TIMESTAMP/2", "timezone($2, CAST($1 AS TIMESTAMP))"},
      {"DATETIME/1", "CAST($1 AS TIMESTAMP)"},
      {"DATETIME/2", "timezone($2, $1)"},
      {"DATE/1", "CAST($1 AS DATE)"},
      {"DATE/2", "CAST(timezone($2, $1) AS DATE)"},
      {"DATE/3", "make_date($1, $2, $3)"},
      {"TIME/1", "CAST($1 AS TIME)"},
      {"TIMESTAMP_TRUNC/2", "date_trunc(#2, $1)"},
      {"DATETIME_TRUNC/2", "date_trunc(#2, $1)"},
      {"DATE_TRUNC/2", "CAST(date_trunc(#2, $1) AS DATE)"},
      {"TIMESTAMP_ADD/2", "($1 + $2)"},
      {"TIMESTAMP_SUB/2", "($1 - $2)"},
      {"DATETIME_ADD/2", "($1 + $2)"},
      {"DATETIME_SUB/2", "($1 - $2)"},
      {"DATE_ADD/2", "CAST($1 + $2 AS DATE)"},
      {"DATE_SUB/2", "CAST($1 - $2 AS DATE)"},
      {"TIMESTAMP_DIFF/3", "date_sub(#3, $2, $1)"},
      {"DATETIME_DIFF/3", "date_diff(#3, $2, $1)"},
      {"DATE_DIFF/3", "date_diff(#3, $2, $1)"},
      {"LAST_DAY/1", "last_day($1)"},
      {"UNIX_SECONDS/1", "CAST(floor(epoch_us($1) / 1000000) AS BIGINT)"},
      {"UNIX_MILLIS/1", "CAST(floor(epoch_us($1) / 1000) AS BIGINT)"},
      {"UNIX_MICROS/1", "epoch_us($1)"},
      {"UNIX_DATE/1", "date_diff('day', DATE '1970-01-01', $1)"},
      {"TIMESTAMP_SECONDS/1", "make_timestamptz(CAST($1 AS BIGINT) * 1000000)"},
      {"TIMESTAMP_MILLIS/1", "make_timestamptz(CAST($1 AS BIGINT) * 1000)"},
      {"TIMESTAMP_MICROS/1", "make_timestamptz(CAST($1 AS BIGINT))"},
      {"FORMAT_TIMESTAMP/2", "strftime($2, $1)"},
      {"FORMAT_DATETIME/2", "strftime($2, $1)"},
      {"FORMAT_DATE/2", "strftime($2, $1)"},
      {"PARSE_DATE/2", "CAST(strptime($2, $1) AS DATE)"},
      {"PARSE_DATETIME/2", "strptime($2, $1)"},
      {"PARSE_TIMESTAMP/2", "CAST(strptime($2, $1) AS TIMESTAMP WITH TIME ZONE)"},
      // lists and JSON
      {"ARRAY_LENGTH/1", "len($1)"},
      {"ARRAY_CONCAT", "list_concat($*)"},
      {"ARRAY_REVERSE/1", "list_reverse($1)"},
      {"ARRAY_TO_STRING/2", "array_to_string($1, $2)"},
      {"GENERATE_ARRAY/2", "generate_series($1, $2)"},
      {"GENERATE_ARRAY/3", "generate_series($1, $2, $3)"},
      {"TO_JSON_STRING/1", "CAST(to_json($1) AS VARCHAR)"},
      {"TO_JSON/1", "to_json($1)"},
      {"PARSE_JSON/1", "CAST($1 AS JSON)"},
      {"JSON_VALUE/2", "json_extract_string($1, $2)"},
      {"JSON_EXTRACT_SCALAR/2", "json_extract_string($1, $2)"},
      {"JSON_QUERY/2", "json_extract($1, $2)"},
      {"JSON_EXTRACT/2", "json_extract($1, $2)"}};
  return rows;
}

std::string joined(const std::vector<std::string>& parts, const std::string& separator) {
  return join(parts, separator);
}

/// NULL when an argument is NULL, which the engine's own functions do not say.
std::string null_strict(const std::string& call, const std::vector<std::string>& arguments) {
  std::string conditions;
  for (const std::string& argument : arguments)
    conditions += (conditions.empty() ? "" : " OR ") + argument + " IS NULL";
  return "CASE WHEN " + conditions + " THEN NULL ELSE " + call + " END";
}

std::string filled(std::string_view form, const std::vector<std::string>& arguments,
                   const std::vector<std::string>& words) {
  std::string sql;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool is_mark = (form[i] == '$' || form[i] == '#') && i + 1 < form.size();
    if (!is_mark) {
      sql += form[i];
      continue;
    }
    const char mark = form[i];
    const char which = form[++i];
    if (which == '*') {
      sql += joined(arguments, ", ");
    } else {
      const auto index = static_cast<std::size_t>(which - '1');
      sql += mark == '$' ? arguments.at(index) : sql_literal(lower(words.at(index)));
    }
  }
  return sql;
}

}  // namespace

std::optional<std::string> function_sql(const std::string& name, const std::vector<std::string>& arguments,
                                        const std::vector<std::string>& words) {
  if (name == "CONCAT" && !arguments.empty()) return "(" + joined(arguments, " || ") + ")";
  if ((name == "GREATEST" || name == "LEAST") && !arguments.empty()) {
    return null_strict(lower(name) + "(" + joined(arguments, ", ") + ")", arguments);
  }
  if (name == "REGEXP_EXTRACT" && arguments.size() == 2) {
    const bool has_group =
        arguments[1].find('(') != std::string::npos && arguments[1].find("(?:") == std::string::npos;
    return "CASE WHEN regexp_matches(" + arguments[0] + ", " + arguments[1] + ") THEN regexp_extract(" +
           arguments[0] + ", " + arguments[1] + (has_group ? ", 1)" : ")") + " END";
  }
  auto found = templates().find(name + "/" + std::to_string(arguments.size()));
  if (found == templates().end()) found = templates().find(name);
  if (found == templates().end()) return std::nullopt;
  return filled(found->second, arguments, words);
}

}  // namespace weir::sandbox::bigquery

// SPDX-License-Identifier: Apache-2.0
// cast: which expression turns one type into another, and when a value cannot be turned.
#include <fmt/format.h>

#include "base/text.h"
#include "transforms/compilation.h"
#include "transforms/text_values.h"

namespace weir::transforms {
namespace {

using model::Type;

/// One column's cast being made.
struct Request {
  Compilation& compilation;
  const CastColumn& options;
  Type from;
  Type to;
  std::string column;  ///< quoted

  bool formatted() const { return !options.format.empty(); }
};

bool is_number(Type type) { return type == Type::Integer || type == Type::Double; }
bool is_text(Type type) { return type == Type::Text || type == Type::Json; }

Result<std::string> call(Compilation& compilation, const FunctionPointer& function,
                         const std::string& argument) {
  TRY(compilation.use(function));
  return fmt::format("{}({})", function->name(), argument);
}

bool is_epoch(std::string_view format) { return epoch_unit(format) != 0; }

/// The format as the engine takes it. A fraction of a second may be missing, since what writes times
/// often leaves it out when it is zero.
std::string pattern_sql(const std::string& format) {
  auto whole = format;
  const auto fraction = whole.find(".%f");
  if (fraction == whole.npos) return sql_literal(format);
  whole.erase(fraction, 3);
  return fmt::format("[{}, {}]", sql_literal(format), sql_literal(whole));
}

/// Text in a strptime format. A format with an offset gives an instant already. The engine's parser is
/// ten times as slow as ours, and sees only what ours does not know.
Result<std::string> from_pattern(const Request& request) {
  const auto& format = request.options.format;
  const auto parsed = fmt::format("try_strptime({}, {})", request.column, pattern_sql(format));
  if (auto pattern = TimePattern::make(format)) {
    const auto function = time_pattern_function(function_name("parse_time", "", format), *std::move(pattern));
    return fmt::format("coalesce({}, {})", TRY(call(request.compilation, function, request.column)), parsed);
  }
  const bool zoned = format.find("%z") != format.npos || format.find("%Z") != format.npos;
  return zoned ? fmt::format("CAST({} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'", parsed) : parsed;
}

/// A day that begins with a jump of the clock begins after it; another time in the jump is an error.
Result<std::string> in_zone(const Request& request, const std::string& local) {
  const auto& zone = request.options.timezone;
  if (zone.empty()) return local;
  const bool day = request.from == Type::Date;
  const auto name = function_name(day ? "start_of_day" : "local_time", zone, zone);
  const auto moved = TRY(call(request.compilation,
                              local_time_function(name, TRY(model::TimeZone::find(zone)),
                                                  day ? SkippedTime::Jump : SkippedTime::Null),
                              local));
  if (!is_text(request.from) || request.formatted()) return moved;
  // Text that names its own offset is not moved again.
  return fmt::format("CASE WHEN regexp_matches({}, '[0-9]:[0-9].*([zZ]|[+-][0-9:]+)$') THEN {} ELSE {} END",
                     request.column, local, moved);
}

bool is_since_epoch(const Request& request) {
  return is_epoch(request.options.format) && (is_text(request.from) || is_number(request.from));
}

/// The time as it was written, in whatever zone; nothing when the type has none.
Result<std::string> local_time(const Request& request) {
  if (request.from == Type::Timestamp) return request.column;
  if (request.from == Type::Date) return fmt::format("CAST({} AS TIMESTAMP)", request.column);
  if (request.from != Type::Text) return std::string();
  if (request.formatted()) return from_pattern(request);
  return call(request.compilation, parse_text_function(Type::Timestamp), request.column);
}

Result<std::string> to_timestamp(const Request& request) {
  if (is_since_epoch(request)) {
    return call(request.compilation, parse_epoch_function(request.options.format),
                fmt::format("CAST({} AS VARCHAR)", request.column));
  }
  const auto local = TRY(local_time(request));
  if (!local.empty()) return in_zone(request, local);
  if (is_number(request.from)) {
    request.compilation.problem(
        fmt::format("column {}: a number becomes a timestamp by format epoch_s, epoch_ms or epoch_us; "
                    "say which",
                    request.options.column));
  }
  return std::string();
}

Result<std::string> from_text(const Request& request) {
  switch (request.to) {
    case Type::Json:
      return fmt::format("CASE WHEN json_valid({0}) THEN CAST({0} AS JSON) END", request.column);
    case Type::Blob:
      return fmt::format("encode({})", request.column);
    case Type::Text:
      return request.column;
    case Type::Date:
      if (request.formatted()) return fmt::format("CAST({} AS DATE)", TRY(from_pattern(request)));
      break;
    case Type::Double:
      if (request.options.format == "duration") {
        return call(request.compilation, parse_duration_function(), request.column);
      }
      break;
    default:
      break;
  }
  return call(request.compilation, parse_text_function(request.to), request.column);
}

/// The expression, or nothing when the types have no cast between them.
Result<std::string> expression(const Request& request) {
  if (request.to == Type::Timestamp) return to_timestamp(request);
  const auto plain = fmt::format("TRY_CAST({} AS {})", request.column, engine::sql_type(request.to));
  if (request.to == Type::Text) {
    if (request.from == Type::Blob) return fmt::format("TRY(decode({}))", request.column);
    const bool time = request.from == Type::Timestamp || request.from == Type::Date;
    if (time && request.formatted()) {
      return fmt::format("strftime({}, {})", request.column, sql_literal(request.options.format));
    }
    return fmt::format("CAST({} AS VARCHAR)", request.column);
  }
  if (request.from == request.to) return request.column;
  if (is_text(request.from)) return from_text(request);
  if (request.from == Type::Double && request.to == Type::Integer) {
    return fmt::format("CASE WHEN {0} = trunc({0}) THEN {1} END", request.column, plain);
  }
  const bool numbers = is_number(request.from) && is_number(request.to);
  const bool flags = (request.from == Type::Boolean && is_number(request.to)) ||
                     (request.from == Type::Integer && request.to == Type::Boolean);
  const bool day = request.from == Type::Timestamp && request.to == Type::Date;
  return numbers || flags || day ? plain : std::string();
}

/// Why a value has become null, as an expression. It is computed for bad rows only.
Result<std::string> reason(const Request& request) {
  const auto other = sql_literal(fmt::format(" is not of type {}", model::name(request.to)));
  auto why = other;
  if (request.to == Type::Timestamp && !request.options.timezone.empty() && !is_since_epoch(request)) {
    why = fmt::format("CASE WHEN {} IS NULL THEN {} ELSE {} END", TRY(local_time(request)), other,
                      sql_literal(fmt::format(" does not exist in {}: the clock was set forward past it",
                                              request.options.timezone)));
  }
  return fmt::format("{} || {} || {}", sql_literal(fmt::format("cast: column {}: ", request.options.column)),
                     shown_value(request.options.column), why);
}

/// Runs a query to see whether the engine knows a format.
bool accepted(Compilation& compilation, const std::string& query, std::string_view what) {
  auto rows = compilation.connection().query(query);
  // The result is read to its end: a stream that stays open keeps its transaction open too.
  while (rows.ok()) {
    const auto batch = rows->next();
    if (!batch.ok()) rows = Failure(batch.error());
    if (batch.ok() && !*batch) return true;
  }
  compilation.problem(fmt::format("{}: {}", what, rows.error().message()));
  return false;
}

bool options_are_known(Compilation& compilation, const CastColumn& options) {
  bool known = true;
  if (!options.timezone.empty()) {
    const auto zone = model::TimeZone::find(options.timezone);
    if (!zone) compilation.problem(fmt::format("column {}: {}", options.column, zone.error().message()));
    known = zone.ok();
  }
  if (options.format.find('%') == std::string::npos) {
    if (options.format.empty() || options.format == "duration" || is_epoch(options.format)) return known;
    compilation.problem(
        fmt::format("column {}: format '{}' is neither a pattern such as %d/%m/%Y %H:%M:%S nor one of "
                    "epoch_s, epoch_ms, epoch_us, duration",
                    options.column, options.format));
    return false;
  }
  return accepted(compilation,
                  fmt::format("SELECT try_strptime('x', {}) IS NULL AS t", sql_literal(options.format)),
                  fmt::format("column {}: format '{}'", options.column, options.format)) &&
         known;
}

std::optional<Type> wanted_type(Compilation& compilation, const CastColumn& options) {
  const auto type = model::type_from_name(options.type);
  if (!type) {
    compilation.problem(fmt::format("column {}: there is no type '{}'; the types are {}", options.column,
                                    options.type, join(model::type_names())),
                        closest(options.type, model::type_names()).value_or(""));
  }
  return type;
}

}  // namespace

Result<void> add_step(Compilation& compilation, const Cast& verb) {
  auto columns = compilation.columns();
  StarSelect inner;
  StarSelect outer;
  std::vector<std::string> titles;
  for (const auto& options : verb.columns) {
    const auto type = wanted_type(compilation, options);
    const auto column = compilation.require(options.column);
    if (!type || !column || !options_are_known(compilation, options)) continue;
    const auto name = sql_identifier(options.column);
    const auto problems = compilation.problem_count();
    const Request request{compilation, options, column->type, *type, name};
    const auto sql = TRY(expression(request));
    if (sql.empty()) {
      if (compilation.problem_count() == problems) {
        compilation.problem(fmt::format("column {}: {} cannot become {}", options.column,
                                        model::name(column->type), model::name(*type)));
      }
      continue;
    }
    const auto result = fmt::format("_weir_cast_{}", titles.size() + 1);
    inner.add(sql, result);
    outer.exclude(result).replace(options.column, result);
    if (options.on_error == OnError::Quarantine) {
      outer.refuse(fmt::format("{} IS NULL AND {} IS NOT NULL", result, name), TRY(reason(request)));
    }
    columns.columns[*columns.find(options.column)].type = *type;
    titles.push_back(fmt::format("{} to {}", options.column, model::name(*type)));
  }
  if (titles.empty()) return {};
  const auto sql = outer.from(fmt::format("({})", inner.from(compilation.chain().relation())));
  const auto kept = outer.kept(compilation.columns());
  compilation.chain().add(compilation.title(join(titles)), sql, std::move(columns), kept);
  return {};
}

}  // namespace weir::transforms

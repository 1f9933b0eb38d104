// SPDX-License-Identifier: Apache-2.0
// The vectorised functions that transforms add to the engine's SQL. Used by the verbs' SQL only.
// Functions have no state of their own, so that all threads may share one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "engine/scalar_function.h"
#include "model/partition.h"
#include "model/schema.h"
#include "model/time_zone.h"
#include "transforms/time_pattern.h"

namespace weir::geocoding {
class Geocoder;
}

namespace weir::transforms {

using FunctionPointer = std::shared_ptr<const engine::ScalarFunction>;

/// What every function here is: a name, its arguments and its result.
class Function : public engine::ScalarFunction {
 public:
  Function(std::string name, std::vector<model::Type> arguments, model::Schema result)
      : name_(std::move(name)), arguments_(std::move(arguments)), result_(std::move(result)) {}
  const std::string& name() const override { return name_; }
  const std::vector<model::Type>& arguments() const override { return arguments_; }
  const model::Schema& result() const override { return result_; }

 private:
  std::string name_;
  std::vector<model::Type> arguments_;
  model::Schema result_;
};

/// window_start() and window_end(): the bounds of the partition that runs, as `window` has them at the
/// time of the call; null without one. They stand in place of bound parameters, because the engine
/// plans a statement with parameters anew each time it runs.
FunctionPointer window_start_function(std::shared_ptr<const std::optional<model::Window>> window);
FunctionPointer window_end_function(std::shared_ptr<const std::optional<model::Window>> window);

/// parse_url(text): STRUCT(scheme, netloc, path, query), null where a part is absent.
FunctionPointer parse_url_function();

/// parse_<type>(text): the value, or null when the text is not one. For boolean, integer, double,
/// timestamp and date.
FunctionPointer parse_text_function(model::Type type);
/// parse_duration(text): the seconds of "0.25s", "250ms" or "1.5".
FunctionPointer parse_duration_function();
/// parse_epoch_s(text), parse_epoch_ms(text), parse_epoch_us(text): the instant so long after 1970.
FunctionPointer parse_epoch_function(std::string_view format);

/// `name`(text): the time of a text that has the pattern exactly, or null.
FunctionPointer time_pattern_function(std::string name, TimePattern pattern);

/// What a local time gives that the clock jumped over: nothing, or the instant of the jump.
enum class SkippedTime { Null, Jump };
/// `name`(timestamp): the instant at which a wall in the zone shows the time, of two the first.
FunctionPointer local_time_function(std::string name, model::TimeZone zone, SkippedTime skipped);

/// Refuses JSON objects of more than this: nothing else bounds what one row may take.
inline constexpr std::size_t kMaxJsonBytes = 64'000'000;
/// The column of unpack's STRUCT that says why a value cannot be unpacked.
inline constexpr std::string_view kUnpackError = "_weir_error";
/// `name`(json): STRUCT of the fields and `_weir_error`. `column` is named in messages.
FunctionPointer unpack_function(std::string name, std::string column, const model::Schema& fields);

/// `name`(text): STRUCT of the geocoder's columns.
FunctionPointer geocode_function(std::string name, std::shared_ptr<geocoding::Geocoder> geocoder);

/// `name`(text): HMAC-SHA256 with the key, in hexadecimal.
FunctionPointer hmac_function(std::string name, Secret key);
/// `name`(text): the address with only its leading bits, in canonical form; null for other text.
FunctionPointer truncate_address_function(std::string name, int ipv4_bits, int ipv6_bits);
/// mask_keep_domain(text): "*@example.com" of an address for mail; null for other text.
FunctionPointer keep_domain_function();

}  // namespace weir::transforms

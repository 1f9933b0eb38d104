// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value or an Error, and TRY to pass errors up. Used by every folder.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <variant>

#include "base/error.h"

namespace weir {

/// The failure side on its way into a Result; made by fail() and TRY.
class Failure {
 public:
  explicit Failure(Error error) : error_(std::move(error)) {}
  Error take() && { return std::move(error_); }

 private:
  Error error_;
};

/// Fails with a formatted message: `return fail(ErrorCode::NotFound, "no file {}", path);`
template <typename... Args>
[[nodiscard]] Failure fail(ErrorCode code, fmt::format_string<Args...> text, Args&&... args) {
  return Failure(Error(code, fmt::format(text, std::forward<Args>(args)...)));
}

/// A T, or the Error that kept it from being made. Reading the wrong side is a bug.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure).take()) {}
  template <typename U>
  requires(std::is_convertible_v<U&&, T> && !std::is_same_v<std::decay_t<U>, T> &&
           !std::is_same_v<std::decay_t<U>, Result> && !std::is_same_v<std::decay_t<U>, Failure>)
      Result(U&& value)
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }

  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

  /// The same result with one more context frame on its error.
  Result within(std::string frame) && {
    if (ok()) return std::move(*this);
    return Failure(std::get<1>(std::move(state_)).within(std::move(frame)));
  }

 private:
  std::variant<T, Error> state_;
};

/// Success without a value, or an Error. `return {};` is success.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Failure failure) : error_(std::move(failure).take()) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  void operator*() const {}

  const Error& error() const& { return *error_; }
  Error&& error() && { return *std::move(error_); }

  Result within(std::string frame) && {
    if (ok()) return {};
    return Failure((*std::move(error_)).within(std::move(frame)));
  }

 private:
  std::optional<Error> error_;
};

}  // namespace weir

#define WEIR_TRY_INTO(result, ...)                                       \
  __extension__({                                                        \
    auto result = (__VA_ARGS__);                                         \
    if (!result.ok()) return ::weir::Failure(std::move(result).error()); \
    *std::move(result);                                                  \
  })
#define WEIR_TRY_NAMED(number, ...) WEIR_TRY_INTO(weir_try_##number, __VA_ARGS__)
#define WEIR_TRY_NUMBERED(number, ...) WEIR_TRY_NAMED(number, __VA_ARGS__)

/// Evaluates a Result; on failure returns its error from the enclosing function, otherwise is the
/// value: `auto rows = TRY(read(path).within("reading " + path));`
#define TRY(...) WEIR_TRY_NUMBERED(__COUNTER__, __VA_ARGS__)

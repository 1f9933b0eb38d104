// SPDX-License-Identifier: Apache-2.0
// Variants<T>: a choice between several specs by name, all making the same T. Used for lists of
// verbs (transforms, checks) and for components chosen by a key (`type: sqlite`). Build it once,
// then it is read-only and thread-safe.
//
//   Variants<Transform>::by_verb("transform", "A step.").add(rename_spec(), [](Rename options) { … });
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/reading.h"
#include "config/spec.h"

namespace weir::config {

template <typename T>
class Variants {
 public:
  using Value = T;
  using Read = std::function<std::optional<T>(const Node& options, Diagnostics&)>;

  /// `geocode: {column: ip}`; a bare `deduplicate` chooses it with its defaults.
  static Variants by_verb(std::string name, std::string summary) {
    return Variants(Shape::Verb, std::move(name), std::move(summary), {});
  }
  /// `{type: sqlite, path: usage.db}` where "type" is the selector.
  static Variants by_selector(std::string name, std::string summary, std::string selector) {
    return Variants(Shape::Selected, std::move(name), std::move(summary), std::move(selector));
  }

  /// Chosen by the spec's name. `make` turns its options into a T: T(Options), or
  /// T(Options, const Node&) when it wants the place in the file.
  template <typename Options, typename Make>
  Variants& add(const Spec<Options>& spec, Make make) {
    return add(spec.description(),
               [spec, make](const Node& node, Diagnostics& diagnostics) -> std::optional<T> {
                 const auto errors = diagnostics.error_count();
                 auto options = spec.read(node, diagnostics);
                 if (diagnostics.error_count() != errors) return std::nullopt;
                 if constexpr (std::is_invocable_v<Make, Options, const Node&>)
                   return make(std::move(options), node);
                 else
                   return make(std::move(options));
               });
  }
  /// The same for a component whose options' type is not known here.
  Variants& add(Description description, Read read) {
    description_.alternatives.push_back(std::move(description));
    reads_.push_back(std::move(read));
    return *this;
  }

  /// The T, or nothing after reporting the problems.
  std::optional<T> read(const Node& node, Diagnostics& diagnostics) const {
    const auto chosen = choose_alternative(description_, node, diagnostics);
    if (!chosen) return std::nullopt;
    return reads_[chosen->index](chosen->options, diagnostics);
  }
  const Description& description() const { return description_; }

 private:
  Variants(Shape shape, std::string name, std::string summary, std::string selector) {
    description_.shape = shape;
    description_.name = std::move(name);
    description_.summary = std::move(summary);
    description_.selector = std::move(selector);
  }

  Description description_;
  std::vector<Read> reads_;
};

}  // namespace weir::config

// SPDX-License-Identifier: Apache-2.0
// Style: which colours and signs the reader's screen can show. Used by everything that prints for
// people. A value.
#pragma once

#include <string>
#include <string_view>

namespace weir::terminal {

enum class Tone { Plain, Strong, Faint, Good, Caution, Bad, Accent };
enum class Colour { Off, On };
enum class Signs { Ascii, Unicode };

class Style {
 public:
  Style() = default;
  Style(Colour colour, Signs signs) : colour_(colour), signs_(signs) {}

  /// The text in the tone's colour, or as it is when colours are off.
  std::string paint(Tone tone, std::string_view text) const;

  std::string_view tick() const { return sign("✓", "ok"); }
  std::string_view cross() const { return sign("✗", "FAILED"); }
  std::string_view warning() const { return sign("!", "!"); }
  std::string_view bullet() const { return sign("•", "-"); }
  std::string_view dot() const { return sign(" · ", ", "); }
  std::string_view arrow() const { return sign("→", "->"); }
  std::string_view ellipsis() const { return sign("…", "..."); }
  std::string_view rule() const { return sign("─", "-"); }
  /// A bar of `width` columns of which `share` (0 to 1) is filled.
  std::string bar(double share, std::size_t width) const;

 private:
  std::string_view sign(std::string_view unicode, std::string_view ascii) const {
    return signs_ == Signs::Unicode ? unicode : ascii;
  }

  Colour colour_ = Colour::Off;
  Signs signs_ = Signs::Ascii;
};

}  // namespace weir::terminal

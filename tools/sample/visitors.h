// SPDX-License-Identifier: Apache-2.0
// The invented visitors of the sample: who asks, from which address, with which program. Made once
// a run; read by one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/sample/random.h"

namespace weir::sample {

enum class VisitorKind { Person, Script, Crawler, Scanner };

struct Visitor {
  VisitorKind kind = VisitorKind::Person;
  std::string address;
  std::string_view user_agent;
  std::string_view protocol;
  std::uint32_t interest = 0;  ///< shifts the popularity of tables, so that visitors differ
};

class Visitors {
 public:
  Visitors(std::size_t count, std::uint64_t seed);
  const Visitor& draw(Random& random) const { return visitors_[popularity_.draw(random)]; }

 private:
  std::vector<Visitor> visitors_;
  Weighted popularity_;
};

}  // namespace weir::sample
